"""Partners and staff are registered, each with its event."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tickets.model import Json, Organisation, Specialist, SpecialistId
from tickets.words import EventType, Role
from tickets.work import NewOrganisation, NewSpecialist, Work

#: Who the journal names when the operator's command line did it.
OPERATOR = "operator"
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
) -> Organisation:
    """Register a partner with its mail domains; NotRegistered if one cannot be."""
    wanted = sorted({_domain(one, public_domains) for one in domains})
    partner = Organisation(id=work.ids.row("organisation"), name=_name(name), site=site)
    work.new_organisations.append(
        NewOrganisation(organisation=partner, domains=tuple(wanted))
    )
    work.record(
        f"organisation:{partner.id}",
        1,
        EventType.CHANGED,
        actor=OPERATOR,
        data={"organisation": partner.id, "site": site},
        content=partner_as_told(partner, wanted),
    )
    return partner


def partner_as_told(partner: Organisation, domains: Sequence[str]) -> Json:
    """Return what the bus is told of a partner beside the journal's own data."""
    return {"name": partner.name, "domains": list(domains)}


def add_specialist(
    work: Work, *, name: str, telegram_id: int, site: str, role: Role
) -> Specialist:
    """Register a member of staff; NotRegistered if they cannot be."""
    if telegram_id <= 0:
        raise NotRegistered(
            f"{telegram_id} is no person's Telegram id: those are above zero"
        )
    person = Specialist(
        id=SpecialistId(work.ids.row("specialist")),
        name=_name(name),
        telegram_id=telegram_id,
        site=site,
        role=role,
    )
    work.new_specialists.append(NewSpecialist(specialist=person))
    work.record(
        f"specialist:{person.id}",
        1,
        EventType.CHANGED,
        actor=OPERATOR,
        data={"specialist": person.id, "site": site, "role": role},
        content=specialist_as_told(person),
    )
    return person


def specialist_as_told(person: Specialist) -> Json:
    """Return what the bus is told of a member of staff beside the journal's data."""
    return {"name": person.name, "telegram_id": person.telegram_id}


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise NotRegistered("the name is empty")
    return plain


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
