"""Platforms: one module each, registered here."""
