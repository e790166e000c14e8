"""Rows that other systems tell the desk of, under ids and versions of their own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Protocol

from tickets.model import (
    KnownContact,
    Organisation,
    Specialist,
    SpecialistId,
)


@unique
class Kind(StrEnum):
    """What other systems tell us of."""

    ORGANISATION = "organisation"
    CONTACT = "contact"
    SPECIALIST = "specialist"


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignId:
    """What a source calls a row of its own."""

    source: str
    kind: Kind
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Which row of ours a foreign one is, and the version of it that was taken last."""

    foreign: ForeignId
    row: int
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownOrganisation:
    """A partner with its domains, and how far its stream is."""

    organisation: Organisation
    domains: tuple[str, ...]
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownSpecialist:
    """A member of staff, whether they still are one, and how far their stream is."""

    specialist: Specialist
    active: bool
    version: int


class Directory(Protocol):
    """What taking over other systems' rows asks of the records.

    What is returned is locked until the transaction ends.
    """

    def told(self, foreign: ForeignId) -> Told | None:
        """Return what a source told last of a row of its own."""
        ...

    def is_told(self, source: str, kind: Kind, row: int) -> bool:
        """Say whether a source has an id for a row of ours."""
        ...

    def organisation(self, organisation_id: int) -> KnownOrganisation | None: ...

    def specialist_by_id(self, specialist_id: SpecialistId) -> KnownSpecialist | None:
        """Return a member of staff, active or not."""
        ...

    def specialist_by_account(self, telegram_id: int) -> KnownSpecialist | None:
        """Return whose Telegram account it is, active or not."""
        ...

    def specialist_by_address(self, email: str) -> KnownSpecialist | None:
        """Return whose e-mail address it is, active or not."""
        ...

    def strangers(self, domains: tuple[str, ...]) -> list[KnownContact]:
        """Return who has an address in the domains and no organisation.

        NotRegistered if they are too many to be one's colleagues.
        """
        ...
