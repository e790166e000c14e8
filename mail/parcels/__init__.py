"""What is packed inside a mail is opened: TNEF, uuencode, S/MIME, PGP, calendars."""
