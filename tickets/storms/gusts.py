"""Storms of mails from one sender are gathered in one ticket, and told of by count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from tickets import chat
from tickets.desk import Desk
from tickets.letter import Letter, Mailbox
from tickets.model import Json, Ticket, TicketId
from tickets.process import CLOSED
from tickets.rules import Rules
from tickets.storms.storm import Opening, Storm, StormRule

#: What the rule is called that decides where such a mail belongs.
STORM = "storm"
#: The kind of the timer by which the specialists hear how many came; its subject is
#: the storm's key.
TELLING = "storm"
TOLD_EVERY = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gust:
    """A mail that a rule for storms is about, and what the rule has seen before it.

    In a storm that ``rages`` it belongs to the ``parent``; without one, such as after
    that was closed, it opens the next parent.
    """

    rule: StormRule
    before: Storm
    rages: bool = False
    parent: Ticket | None = None


def key_for(
    rules: Rules, letter: Letter, author: Mailbox | None
) -> tuple[StormRule, str] | None:
    """Return the first rule that is about a mail, and under what it counts it."""
    if author is None:
        return None
    keys = ((rule, rule.key(letter, author)) for rule in rules.storms)
    return next(((rule, key) for rule, key in keys if key is not None), None)


def feel(desk: Desk, letter: Letter, author: Mailbox) -> Gust | None:
    """Return what a mail that would open a ticket is to a storm, None if no part."""
    found = key_for(desk.rules, letter, author)
    if found is None:
        return None
    rule, key = found
    now, before = desk.work.now, desk.books.storm(key)
    fresh = tuple(one for one in before.recent if now - one.at < rule.window)
    before = replace(before, recent=fresh)
    if before.parent is not None and before.rages(now, rule.window):
        parent = _first_open(desk, [before.parent])
        return Gust(rule=rule, before=before, rages=True, parent=parent)
    before = replace(before, parent=None)
    if len(fresh) < rule.after:
        return Gust(rule=rule, before=before)
    parent = _first_open(desk, [one.ticket_id for one in fresh])
    return Gust(rule=rule, before=before, rages=True, parent=parent)


def _first_open(desk: Desk, tickets: Iterable[TicketId]) -> Ticket | None:
    found = (desk.books.ticket(one) for one in sorted(tickets))
    return next((one for one in found if one.stage != CLOSED), None)


def note_opening(desk: Desk, gust: Gust, ticket_id: TicketId) -> None:
    """Remember the ticket that a mail opened: a storm may begin with it."""
    now, before = desk.work.now, gust.before
    if gust.rages:
        after = replace(before, parent=ticket_id, last_at=now)
        desk.work.timers[TELLING, before.key] = now + TOLD_EVERY
    else:
        opened = (*before.recent, Opening(at=now, ticket_id=ticket_id))
        after = replace(before, recent=opened[-gust.rule.after :], last_at=now)
    desk.work.storms[before.key] = after


def note_folding(desk: Desk, gust: Gust, *, parent: Ticket, sender: str) -> None:
    """Count a mail of a storm; that the storm began is told in its ticket."""
    now, before = desk.work.now, gust.before
    desk.work.storms[before.key] = replace(
        before, parent=parent.id, last_at=now, untold=before.untold + 1
    )
    if before.parent is None:
        facts: Json = {"sender": sender, "count": gust.rule.after}
        chat.tell_topic(desk, parent, "storm-began", facts=facts)
        desk.work.timers[TELLING, before.key] = now + TOLD_EVERY


def tell(desk: Desk, key: str) -> None:
    """Tell how many mails of a storm came since it was last told, if any did."""
    storm = desk.books.storm(key)
    if storm.parent is None or not storm.untold:
        return
    parent = desk.books.ticket(storm.parent)
    chat.tell_topic(desk, parent, "storm-goes-on", facts={"count": storm.untold})
    desk.work.storms[key] = replace(storm, untold=0)
    desk.work.timers[TELLING, key] = desk.work.now + TOLD_EVERY
