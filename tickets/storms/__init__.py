"""Many mails of one kind in a short time become one ticket."""
