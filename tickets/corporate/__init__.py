"""What the systems behind the data bus tell the desk to do."""
