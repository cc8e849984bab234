"""What moves traffic: a module each."""
