"""Routers: one module each, registered here."""
