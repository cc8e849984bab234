"""The seam of built-in actions."""

from __future__ import annotations


class ActionFailed(Exception):
    """The action has failed; its text is what the user sees."""
