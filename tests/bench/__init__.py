"""Figures: the whole desk, its door and its words, beside what others do."""
