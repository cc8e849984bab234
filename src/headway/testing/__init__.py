"""Harnesses and fakes: for our tests, and for those who write providers."""
