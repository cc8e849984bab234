"""What keeps instances running: a module each."""
