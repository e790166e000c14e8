"""The business process: a ticket's stages, the ways between them, who is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum, unique
from types import MappingProxyType

NEW = "new"
ASSIGNED = "assigned"
IN_PROGRESS = "in-progress"
WAITING = "waiting"
RESOLVED = "resolved"
CLOSED = "closed"
#: Where a ticket comes because somebody wrote or answered.
BY_ITSELF = frozenset({NEW, ASSIGNED, IN_PROGRESS, WAITING})
ENDED = frozenset({RESOLVED, CLOSED})
#: No stage, but told of like one: an ended ticket is worked on again.
REOPENED = "reopened"


@unique
class Reader(StrEnum):
    """Who can be told that a ticket came to a stage."""

    PARTNER = "partner"  # each participant
    ASSIGNEE = "assignee"  # in the ticket's topic


Told = Mapping[str, Mapping[Reader, str]]

#: By the stage, or REOPENED, what its readers are told: the notices' names. A ticket
#: comes to ASSIGNED whenever it gets into somebody's hands.
TOLD: Told = MappingProxyType(
    {
        NEW: {Reader.PARTNER: "accepted"},
        ASSIGNED: {Reader.PARTNER: "taken", Reader.ASSIGNEE: "assigned"},
        RESOLVED: {Reader.PARTNER: "resolved"},
        CLOSED: {Reader.PARTNER: "closed"},
        REOPENED: {Reader.PARTNER: "reopened"},
    }
)
#: The notices there are, by who can be told them.
NOTICES: Mapping[Reader, frozenset[str]] = MappingProxyType(
    {
        Reader.PARTNER: frozenset(
            {"accepted", "taken", "moved", "resolved", "closed", "reopened"}
        ),
        Reader.ASSIGNEE: frozenset({"assigned", "moved"}),
    }
)


class TransitionError(Exception):
    """The process has no way from the ticket's stage to the one asked for."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"no way from stage {source!r} to {target!r}")
        self.source = source
        self.target = target


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """Which stage may follow which, who is told of what, and what the bus must confirm.

    ``confirmed`` says within which time the corporate systems should answer whether
    a ticket may come to a stage; until they do it only awaits it.
    """

    name: str
    transitions: Mapping[str, frozenset[str]]
    told: Told = field(default_factory=lambda: TOLD)
    confirmed: Mapping[str, timedelta] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @property
    def stages(self) -> tuple[str, ...]:
        return tuple(self.transitions)

    def allows(self, source: str, target: str) -> bool:
        """Say whether ``target`` may follow; from a stage that is no more, any may."""
        return target in self.transitions.get(source, self.stages)

    def notice(self, stage: str, reader: Reader) -> str | None:
        """Return what a reader is told when a ticket comes to ``stage``."""
        return self.told.get(stage, {}).get(reader)

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
