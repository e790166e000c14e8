"""Faults that a test asks for: answers that lie, connections that break."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Literal

Action = Literal[
    "respond",  # answer with status and body, do nothing
    "respond_after",  # do it, then answer with status and body
    "delay",  # wait, then go on as usual
    "drop_before",  # close the connection, do nothing
    "drop_after",  # do it, then close without an answer
    "silence",  # neither do nor answer
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One rule; ``body`` is JSON, or HTML if it is a string.

    ``times`` of None means for ever; ``match`` names parameters that must have
    these values; ``delay`` in seconds comes before any action.
    """

    action: Action
    method: str = "*"
    times: int | None = 1
    probability: float = 1.0
    match: dict[str, Any] = field(default_factory=dict)
    status: int = 502
    body: Any = "<html><head><title>502 Bad Gateway</title></head></html>"
    delay: float = 0.0


class Faults:
    """The rules in force, first match first."""

    def __init__(self, seed: int = 0) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - repeatable chaos, no secret
        self._rules: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        self._rules.append((fault, 0))

    def clear(self) -> None:
        self._rules.clear()

    def listed(self) -> list[tuple[Fault, int]]:
        """Return the rules and how often each has struck."""
        return list(self._rules)

    def strike(self, method: str, params: dict[str, Any]) -> Fault | None:
        """Return the fault for this call, and count it."""
        for place, (fault, struck) in enumerate(self._rules):
            if fault.times is not None and struck >= fault.times:
                continue
            if not _concerns(fault, method, params):
                continue
            if self._chance.random() < fault.probability:
                self._rules[place] = (fault, struck + 1)
                return fault
        return None


def _concerns(fault: Fault, method: str, params: dict[str, Any]) -> bool:
    if fault.method != "*" and fault.method.lower() != method.lower():
        return False
    return all(params.get(name) == value for name, value in fault.match.items())
