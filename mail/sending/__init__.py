"""Mail out: written, signed, and handed to the relay."""
