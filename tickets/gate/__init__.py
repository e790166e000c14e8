"""Who is let in: strangers, the blocked, and how far an author is believed."""
