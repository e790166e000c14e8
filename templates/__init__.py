"""The texts people read, and how they are rendered."""
