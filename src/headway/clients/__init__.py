"""The only code that spawns or dials."""
