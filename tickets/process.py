"""The business process: a ticket's stages and the ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NEW = "new"
ASSIGNED = "assigned"
IN_PROGRESS = "in-progress"
WAITING = "waiting"
RESOLVED = "resolved"
CLOSED = "closed"
ENDED = frozenset({RESOLVED, CLOSED})


class TransitionError(Exception):
    """The process has no way from the ticket's stage to the one asked for."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"no way from stage {source!r} to {target!r}")
        self.source = source
        self.target = target


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """Which stage may follow which."""

    name: str
    transitions: Mapping[str, frozenset[str]]

    @property
    def stages(self) -> tuple[str, ...]:
        return tuple(self.transitions)

    def allows(self, source: str, target: str) -> bool:
        """Say whether ``target`` may follow; from a stage that is no more, any may."""
        return target in self.transitions.get(source, self.stages)

    def check(self, source: str, target: str) -> None:
        """Raise TransitionError unless ``target`` may follow ``source``."""
        if not self.allows(source, target):
            raise TransitionError(source, target)


DEFAULT = Process(
    name="default",
    transitions=MappingProxyType(
        {
            NEW: frozenset({ASSIGNED, IN_PROGRESS, WAITING, RESOLVED, CLOSED}),
            ASSIGNED: frozenset({IN_PROGRESS, WAITING, RESOLVED, CLOSED}),
            IN_PROGRESS: frozenset({ASSIGNED, WAITING, RESOLVED, CLOSED}),
            WAITING: frozenset({ASSIGNED, IN_PROGRESS, RESOLVED, CLOSED}),
            RESOLVED: frozenset({IN_PROGRESS, CLOSED}),
            CLOSED: frozenset({IN_PROGRESS}),
        }
    ),
)
