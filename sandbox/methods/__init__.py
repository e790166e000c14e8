"""The Bot API's methods, each a function of the Telegram and its parameters."""
