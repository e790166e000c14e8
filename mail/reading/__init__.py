"""Raw mail is read: its headers, parts, text and files, and what vouches for it."""
