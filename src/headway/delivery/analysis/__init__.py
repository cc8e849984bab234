"""Judging a new version by what both versions answered."""
