"""What the person wrote is set apart from quotes, signatures and forwarded mails."""
