"""A morning at the desk, played through the real protocols."""
