"""What may go wrong with a mailbox.

ImapError
├── LostError      the connection is gone, or is to be given up
├── RefusedError   the server says no
└── LoginError     the server does not let us in
"""

from __future__ import annotations


class ImapError(Exception):
    """The mailbox could not be read; the text says why and holds no secret."""


class LostError(ImapError):
    """The connection is gone, or the server said what cannot be understood."""


class RefusedError(ImapError):
    """The server answered NO or BAD; the connection may still be well."""


class LoginError(ImapError):
    """The server does not let us in."""
