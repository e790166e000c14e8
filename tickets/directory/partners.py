"""A partner is taken over, whose domains must be its own."""

from __future__ import annotations

from dataclasses import replace

from tickets.corporate.commands import Origin, UpsertPartner
from tickets.corporate.foreign import ForeignId, Kind, KnownOrganisation, Told
from tickets.corporate.orders import find_site
from tickets.corporate.refusing import RefusedError
from tickets.desk import Desk
from tickets.directory.versions import OLDER, is_older, name_of, taken
from tickets.model import KnownContact, Organisation
from tickets.people import join_organisation
from tickets.registry import (
    NotRegistered,
    add_organisation,
    plain_domains,
    record_organisation,
)
from tickets.verdict import Verdict
from tickets.work import ChangedContact


def take_partner(desk: Desk, origin: Origin, order: UpsertPartner) -> Verdict:
    """Take over a partner, whose domains must be its own."""
    foreign = ForeignId(source=origin.source, kind=Kind.ORGANISATION, id=order.id)
    told = desk.books.told(foreign)
    if is_older(told, order.version):
        return OLDER
    if order.site is not None:
        find_site(desk, order.site)
    domains = _domains(desk, order)
    row = told.row if told else _row_of_domains(desk, origin, domains)
    _demand_free_domains(desk, domains, row=row)
    known = None if row is None else desk.books.organisation(row)
    strangers = _strangers(desk, domains)
    if known is None:
        partner = add_organisation(
            desk.work,
            name=order.name,
            domains=domains,
            site=order.site,
            actor=origin.actor,
        )
    else:
        partner = _change_partner(desk, origin, order, known=known, domains=domains)
    for stranger in strangers:
        _gather(desk, stranger, to=partner, actor=origin.actor)
    return taken(desk, Told(foreign=foreign, row=partner.id, version=order.version))


def _domains(desk: Desk, order: UpsertPartner) -> tuple[str, ...]:
    name_of(order.name)
    try:
        return plain_domains(order.domains, desk.rules.public_domains)
    except NotRegistered as error:
        raise RefusedError("not-registerable", str(error)) from error


def _row_of_domains(desk: Desk, origin: Origin, domains: tuple[str, ...]) -> int | None:
    """Return the partner that has one of the domains, unless the source knows it."""
    for owner in desk.books.organisations(domains).values():
        if not desk.books.is_told(origin.source, Kind.ORGANISATION, owner.id):
            return owner.id
    return None


def _demand_free_domains(
    desk: Desk, domains: tuple[str, ...], *, row: int | None
) -> None:
    for domain, owner in desk.books.organisations(domains).items():
        if owner.id != row:
            message = f"{domain} belongs to another partner: {owner.name} ({owner.id})"
            raise RefusedError("domain-taken", message)


def _change_partner(
    desk: Desk,
    origin: Origin,
    order: UpsertPartner,
    *,
    known: KnownOrganisation,
    domains: tuple[str, ...],
) -> Organisation:
    partner = replace(known.organisation, name=name_of(order.name), site=order.site)
    after = KnownOrganisation(
        organisation=partner, domains=domains, version=known.version + 1
    )
    desk.work.organisations.append(after)
    record_organisation(desk.work, after, actor=origin.actor)
    return partner


def _strangers(desk: Desk, domains: tuple[str, ...]) -> list[KnownContact]:
    """Return who wrote before from the domains and belongs to nobody."""
    try:
        return desk.books.strangers(domains) if domains else []
    except NotRegistered as error:
        raise RefusedError("not-registerable", str(error)) from error


def _gather(
    desk: Desk, stranger: KnownContact, *, to: Organisation, actor: str
) -> None:
    after = join_organisation(desk.work, to, stranger, actor=actor)
    changed = ChangedContact(contact=after.contact, version=after.version)
    desk.work.people.append(changed)
