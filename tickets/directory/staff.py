"""A member of staff is taken over, whose Telegram account must be their own."""

from __future__ import annotations

from dataclasses import replace

from tickets.corporate.commands import Origin, UpsertSpecialist
from tickets.corporate.foreign import ForeignId, Kind, KnownSpecialist, Told
from tickets.corporate.orders import find_site
from tickets.corporate.refusing import RefusedError
from tickets.desk import Desk
from tickets.directory.versions import OLDER, is_older, name_of, taken
from tickets.model import Specialist, SpecialistId
from tickets.registry import hire, record_specialist
from tickets.verdict import Verdict


def take_specialist(desk: Desk, origin: Origin, order: UpsertSpecialist) -> Verdict:
    """Take over a member of staff, whose Telegram account must be their own."""
    foreign = ForeignId(source=origin.source, kind=Kind.SPECIALIST, id=order.id)
    told = desk.books.told(foreign)
    if is_older(told, order.version):
        return OLDER
    find_site(desk, order.site)
    owner = desk.books.specialist_by_account(order.telegram_id)
    known = (
        desk.books.specialist_by_id(SpecialistId(told.row))
        if told
        else _unless_told(desk, origin, owner)
    )
    if owner is not None and (
        known is None or owner.specialist.id != known.specialist.id
    ):
        message = f"Telegram id {order.telegram_id} is another specialist's"
        raise RefusedError("account-taken", message)
    _demand_free(desk, order, known)
    if known is None:
        row = _hire(desk, origin, order)
    else:
        row = _change_specialist(desk, origin, order, known=known)
    return taken(desk, Told(foreign=foreign, row=row, version=order.version))


def _demand_free(
    desk: Desk, order: UpsertSpecialist, known: KnownSpecialist | None
) -> None:
    email = _email(order)
    holder = desk.books.specialist_by_address(email) if email else None
    own = known.specialist.id if known else None
    if holder is not None and holder.specialist.id != own:
        raise RefusedError("address-taken", f"{email} is another specialist's")


def _email(order: UpsertSpecialist) -> str | None:
    return order.email.lower() if order.email else None


def _unless_told(
    desk: Desk, origin: Origin, owner: KnownSpecialist | None
) -> KnownSpecialist | None:
    if owner is None:
        return None
    row = owner.specialist.id
    is_told = desk.books.is_told(origin.source, Kind.SPECIALIST, row)
    return None if is_told else owner


def _hire(desk: Desk, origin: Origin, order: UpsertSpecialist) -> int:
    if not order.active:
        raise RefusedError("not-active", "who works here no more is not registered")
    person = Specialist(
        id=SpecialistId(desk.work.ids.row("specialist")),
        name=name_of(order.name),
        telegram_id=order.telegram_id,
        site=order.site,
        role=order.role,
        language=order.language,
        email=_email(order),
    )
    hire(desk.work, person, actor=origin.actor)
    return person.id


def _change_specialist(
    desk: Desk, origin: Origin, order: UpsertSpecialist, *, known: KnownSpecialist
) -> int:
    person = replace(
        known.specialist,
        name=name_of(order.name),
        telegram_id=order.telegram_id,
        site=order.site,
        role=order.role,
        language=order.language or known.specialist.language,
        email=_email(order) or known.specialist.email,
    )
    after = KnownSpecialist(
        specialist=person, active=order.active, version=known.version + 1
    )
    desk.work.staff.append(after)
    record_specialist(desk.work, after, actor=origin.actor)
    return person.id
