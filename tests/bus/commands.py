"""Commands as corporate systems write them."""

from __future__ import annotations

import itertools
import json
from typing import Any

ERP = "/erp/moscow"
_ids = itertools.count(1)


def command(
    what: str, /, *, event_id: str = "", source: str = ERP, **data: Any
) -> bytes:
    """Return the body of a command such as ``ticket.stage.set``."""
    event = {
        "specversion": "1.0",
        "id": event_id or f"command-{next(_ids)}",
        "source": source,
        "type": f"zayavka.command.{what}.v1",
        "time": "2026-03-02T09:00:00Z",
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False).encode()
