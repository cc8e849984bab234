"""A small shop: a catalogue and its orders over HTTP."""

__version__ = "1.4.0"
