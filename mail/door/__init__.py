"""The SMTP and LMTP doors: bytes come in, within limits, and are kept."""
