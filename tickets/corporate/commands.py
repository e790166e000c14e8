"""What corporate systems tell the desk to do, in the desk's own words."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.words import Role, Visibility


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a command came from: a target of the bus, and the event's own names.

    ``subject`` is what it is about; commands about the same are done in order.
    """

    target: str
    source: str
    id: str
    type: str
    subject: str

    @property
    def actor(self) -> str:
        """Return who the journal names when the system itself did it."""
        return f"bus:{self.target}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UpsertPartner:
    """A partner as the sender knows it now; ``id`` is the sender's own."""

    id: str
    version: int
    name: str
    domains: tuple[str, ...] = ()
    site: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UpsertContact:
    """A partner's person as the sender knows them; the first address is the main one.

    ``partner`` is the sender's id of their partner.
    """

    id: str
    version: int
    name: str
    emails: tuple[str, ...]
    partner: str | None = None
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UpsertSpecialist:
    """A member of staff as the sender knows them."""

    id: str
    version: int
    name: str
    telegram_id: int
    site: str
    role: Role = Role.SPECIALIST
    language: str | None = None
    email: str | None = None
    active: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """A specialist by one of their names: ours, Telegram's, or the sender's own."""

    id: int | None = None
    telegram_id: int | None = None
    external_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SetStage:
    """Bring a ticket to a stage; ``reason`` is why not, of one that it awaits."""

    ticket: str
    stage: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AddComment:
    """Say something on a ticket; without an author it is the system that says it."""

    ticket: str
    text: str
    visibility: Visibility
    author: Who | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignTicket:
    """Give a ticket to a specialist."""

    ticket: str
    specialist: Who


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateTicket:
    """Open a ticket for a person, who is made known if they are not."""

    email: str
    subject: str
    text: str
    name: str = ""
    site: str | None = None


Order = (
    UpsertPartner
    | UpsertContact
    | UpsertSpecialist
    | SetStage
    | AddComment
    | AssignTicket
    | CreateTicket
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """Something to do, and who wants it."""

    origin: Origin
    order: Order


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnEvent:
    """An event of the desk's own that came back to it."""

    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class NotACommand:
    """A message that is no command the desk knows, and why; ``target`` brought it."""

    target: str
    reason: str


Asked = Command | OwnEvent | NotACommand
