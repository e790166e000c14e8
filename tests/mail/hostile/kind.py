"""What a hostile mail is made by, and what most of them begin with."""

from __future__ import annotations

from collections.abc import Callable

Kinds = dict[str, Callable[[], bytes]]
HEAD = b"From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\n"
