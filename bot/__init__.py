"""Telegram: updates in, sending, the words and buttons of the chat."""
