"""Partners and staff are registered, each with its event."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tickets.corporate.foreign import KnownOrganisation, KnownSpecialist
from tickets.model import Json, Organisation, Specialist, SpecialistId
from tickets.words import EventType, Role
from tickets.work import NewOrganisation, NewSpecialist, Work

#: Who the journal names when the operator's command line did it.
OPERATOR = "operator"
#: Telegram's ids have at most 52 significant bits (Bot API, User).
IDS_END = 2**52
_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,189}")
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})+", re.ASCII)


class NotRegistered(Exception):  # noqa: N818 # what became of the request
    """What was asked for cannot be registered; the message says why."""


def add_organisation(
    work: Work,
    *,
    name: str,
    domains: Sequence[str],
    site: str | None,
    public_domains: frozenset[str] = frozenset(),
    actor: str = OPERATOR,
) -> Organisation:
    """Register a partner with its mail domains; NotRegistered if one cannot be."""
    wanted = plain_domains(domains, public_domains)
    partner = Organisation(
        id=work.ids.row("organisation"), name=plain_name(name), site=site
    )
    work.new_organisations.append(NewOrganisation(organisation=partner, domains=wanted))
    known = KnownOrganisation(organisation=partner, domains=wanted, version=1)
    record_organisation(work, known, actor=actor)
    return partner


def record_organisation(work: Work, known: KnownOrganisation, *, actor: str) -> None:
    """Add the event that tells a partner as it is now."""
    partner = known.organisation
    work.record(
        f"organisation:{partner.id}",
        known.version,
        EventType.CHANGED,
        actor=actor,
        data={
            "organisation": partner.id,
            "site": partner.site,
            **({"blocked": True} if partner.blocked else {}),
        },
        content=partner_as_told(partner, known.domains),
    )


def partner_as_told(partner: Organisation, domains: Sequence[str]) -> Json:
    """Return what the bus is told of a partner beside the journal's own data."""
    return {"name": partner.name, "domains": list(domains)}


def add_specialist(  # a person's fields, all by name
    work: Work,
    *,
    name: str,
    telegram_id: int,
    site: str,
    role: Role,
    email: str | None = None,
) -> Specialist:
    """Register a member of staff; NotRegistered if they cannot be."""
    if not 0 < telegram_id < IDS_END:
        raise NotRegistered(
            f"{telegram_id} is no person's Telegram id: those are from 1 to 2^52"
        )
    person = Specialist(
        id=SpecialistId(work.ids.row("specialist")),
        name=plain_name(name),
        telegram_id=telegram_id,
        site=site,
        role=role,
        email=None if email is None else plain_email(email),
    )
    hire(work, person, actor=OPERATOR)
    return person


def hire(work: Work, person: Specialist, *, actor: str) -> None:
    """Let a member of staff be known from now on."""
    work.new_specialists.append(NewSpecialist(specialist=person))
    known = KnownSpecialist(specialist=person, active=True, version=1)
    record_specialist(work, known, actor=actor)


def record_specialist(work: Work, known: KnownSpecialist, *, actor: str) -> None:
    """Add the event that tells a member of staff as they are now."""
    person = known.specialist
    work.record(
        f"specialist:{person.id}",
        known.version,
        EventType.CHANGED,
        actor=actor,
        data={
            "specialist": person.id,
            "site": person.site,
            "role": person.role,
            "active": known.active,
        },
        content=specialist_as_told(person),
    )


def specialist_as_told(person: Specialist) -> Json:
    """Return what the bus is told of a member of staff beside the journal's data."""
    told: Json = {"name": person.name, "telegram_id": person.telegram_id}
    return told if person.email is None else {**told, "email": person.email}


def plain_name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise NotRegistered("the name is empty")
    if any(unicodedata.category(one) in {"Cc", "Cs"} for one in plain):
        raise NotRegistered(f"the name {plain!r} has what cannot be written")
    return plain


def plain_email(email: str) -> str:
    """Return an address as it is compared; NotRegistered if it cannot be one."""
    plain = email.strip().lower()
    if not _EMAIL.fullmatch(plain):
        raise NotRegistered(f"{email!r} is no address as anna@example.org")
    return plain


def plain_domains(
    domains: Sequence[str], public: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Return mail domains in order, each once; NotRegistered if one cannot be."""
    return tuple(sorted({_domain(one, public) for one in domains}))


def _domain(domain: str, public: frozenset[str]) -> str:
    plain = domain.strip().lower().rstrip(".")
    try:
        plain = plain.encode("idna").decode() if plain else plain
    except UnicodeError:
        plain = ""
    if not _DOMAIN.fullmatch(plain):
        raise NotRegistered(f"{domain!r} is no mail domain as example.org")
    if plain in public:
        raise NotRegistered(
            f"{plain} is in mail.public_domains: anybody may have an address there"
        )
    return plain
