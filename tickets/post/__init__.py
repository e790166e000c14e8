"""Mail arrives: which ticket it belongs to, and what follows from it."""
