"""Files: their names, what is known of them, and which are passed on."""
