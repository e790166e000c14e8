"""A local Telegram Bot API server and mailboxes, for a machine with no accounts.

``server.Sandbox`` starts it; ``control`` has the table of what a test may do.
"""
