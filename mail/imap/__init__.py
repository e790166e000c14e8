"""Mailboxes that are read over IMAP: each mail once, in order, and then marked."""
