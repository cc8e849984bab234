"""Where counts and numbers come from: a module each."""
