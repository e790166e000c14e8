"""A receiver of the desk's events that keeps a copy of its own."""
