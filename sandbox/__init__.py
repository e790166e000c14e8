"""A local Telegram Bot API server and mailboxes, for a machine with no accounts."""
