"""Mail: SMTP in, MIME in and out, sending."""
