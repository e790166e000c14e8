"""Which mail it was that came back: what is left of its headers in a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

_SIZE = 256 * 1024
_MOST = 20
_AT_LINE_BEGIN = rb"^[> \t|]{0,8}"
_MESSAGE_ID = re.compile(
    _AT_LINE_BEGIN + rb"message-id:\s{0,9}(<[!-;=?-~]{1,900}>)",
    re.MULTILINE | re.IGNORECASE,
)
_REPLY_TO = re.compile(
    _AT_LINE_BEGIN + rb"reply-to:([^\n]{1,400}(?:\n[ \t][^\n]{1,400})?)",
    re.MULTILINE | re.IGNORECASE,
)
_ADDRESS = re.compile(r"[!#-'*+\--9=?^-~A-Z]{1,200}@[A-Za-z0-9._\[\]-]{1,255}")


def message_ids(texts: Iterable[bytes]) -> Iterator[str]:
    """Yield the Message-IDs that stand in texts as a header does, in their order."""
    for text in texts:
        for found in islice(_MESSAGE_ID.finditer(text, 0, _SIZE), _MOST):
            yield found[1].decode("ascii")


def reply_to(texts: Iterable[bytes]) -> Iterator[str]:
    """Yield the addresses of Reply-To headers that stand in texts."""
    for text in texts:
        for found in islice(_REPLY_TO.finditer(text, 0, _SIZE), _MOST):
            yield from _ADDRESS.findall(found[1].decode("latin-1"))
