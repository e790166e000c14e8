"""Partners, their people and staff, taken over from the systems that keep them."""
