"""The log of the bot's calls, for assertions."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

KEPT = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of the bot.

    ``done`` says that it took effect; ``status`` is 0 if nothing was answered;
    ``fault`` is the action of the fault that struck, if one did.
    """

    id: int
    at: float
    method: str
    params: dict[str, Any]
    status: int
    answer: Any
    done: bool
    fault: str | None = None


class Calls:
    """The last calls, oldest first; ids rise by one."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._next = 1

    def next_id(self) -> int:
        self._next += 1
        return self._next - 1

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def clear(self) -> None:
        self._calls.clear()

    def listed(self, *, method: str = "", after: int = 0) -> list[Call]:
        wanted = method.lower()
        return [
            call
            for call in self._calls
            if call.id > after and wanted in {"", call.method.lower()}
        ]
