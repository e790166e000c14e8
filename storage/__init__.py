"""The database and the blobs; the only place that speaks SQL."""
