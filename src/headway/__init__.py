"""Takes a commit to production with proof."""

__version__ = "0.1.0"
