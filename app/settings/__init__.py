"""The configuration: its tables, where they are read from, and what may be wrong."""
