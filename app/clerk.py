"""The commands that write, by name: run by the service or, without one, directly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app import gatekeeping
from app.config import Config, rules_from
from app.publishing import Commit, publishing_for
from app.reading import HOW_TO_GET
from app.settings.secret import load_keys
from bus.schemas import Schemas
from bus.skipping import NoPlaceError, skipped
from storage import (
    arrivals,
    contacts,
    digests,
    handles,
    people,
    published,
    replays,
    traffic,
)
from storage.books import SqlBooks
from storage.transaction import Transaction
from tickets import lanes
from tickets.desk import Desk
from tickets.digests import Format, Period
from tickets.figures import Figures
from tickets.gate.triage import CannotBeDecided
from tickets.model import ArrivalId, Json, Organisation, TicketId
from tickets.rules import Rules
from tickets.words import EventType, Role
from tickets.work import Work

#: How many contacts one piece of work may change: what it gathers is in memory.
BATCH = 500


#: Of how many tickets one transaction lets the events leave again.
STRETCH = 100


class Refused(Exception):  # noqa: N818 # what became of the request
    """A command could not be done; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clerk:
    """What the commands need beside their transaction."""

    write: Commit
    rules: Rules

    def perform(self, tx: Transaction, name: str, arguments: Json) -> Json:
        """Run a command of COMMANDS inside a transaction and return its JSON.

        Refused or NotRegistered say why it could not be done.
        """
        command = COMMANDS.get(name)
        if command is None:
            raise Refused(f"there is no command {name!r}")
        return command(self, tx, **arguments)

    def commit(self, tx: Transaction, work: Work) -> None:
        self.write(tx, [work])


def clerk_of(config: Config) -> Clerk:
    """Return the clerk of a desk; makes the signing key on first run."""
    return Clerk(
        write=publishing_for(config, load_keys(config.service)).commit,
        rules=rules_from(config),
    )


def add_organisation(
    clerk: Clerk,
    tx: Transaction,
    *,
    name: str,
    domains: Sequence[str],
    site: str | None,
) -> Json:
    work = Work(now=tx.now, ids=tx.ids)
    added = people.add_organisation(
        tx,
        work,
        name=name,
        domains=domains,
        site=site,
        public_domains=clerk.rules.public_domains,
    )
    clerk.commit(tx, work)
    owned = list(work.new_organisations[-1].domains)
    return {
        "id": added.id,
        "name": added.name,
        "site": added.site,
        "domains": owned,
        "contacts": _attach_strangers(clerk, tx, owned, to=added),
    }


def _attach_strangers(
    clerk: Clerk, tx: Transaction, domains: Sequence[str], *, to: Organisation
) -> int:
    """Let who wrote from the domains before belong to a partner; count them."""
    strangers = contacts.strangers_of(tx, domains)
    for start in range(0, len(strangers), BATCH):
        work = Work(now=tx.now, ids=tx.ids)
        contacts.attach(tx, work, strangers[start : start + BATCH], to=to)
        clerk.commit(tx, work)
    return len(strangers)


def add_specialist(  # noqa: PLR0913 # a person's fields, all by name
    clerk: Clerk,
    tx: Transaction,
    *,
    name: str,
    telegram_id: int,
    site: str,
    role: str,
    email: str | None = None,
) -> Json:
    work = Work(now=tx.now, ids=tx.ids)
    added = people.add_specialist(
        tx,
        work,
        name=name,
        telegram_id=telegram_id,
        site=site,
        role=Role(role),
        email=email,
    )
    clerk.commit(tx, work)
    return {
        "id": added.id,
        "name": added.name,
        "telegram_id": added.telegram_id,
        "site": added.site,
        "role": added.role,
        "email": added.email,
        "active": True,
    }


def retry_arrival(_clerk: Clerk, tx: Transaction, *, id: int) -> Json:  # noqa: A002 # the key of the JSON
    found = traffic.show_arrival(tx, id)
    if found is not None and "problem" in found["envelope"]:
        raise Refused(
            f"arrival {id} is only the headers of a mail that stays in mailbox "
            f"{found['envelope']['mailbox']}. {HOW_TO_GET}"
        )
    if not arrivals.retry(tx, ArrivalId(id)):
        raise Refused(f"arrival {id} is not parked, or there is none: nothing to retry")
    return {"id": id, "state": "new"}


def retry_delivery(_clerk: Clerk, tx: Transaction, *, id: int) -> Json:  # noqa: A002 # the key of the JSON
    if not handles.retry(tx, id):
        raise Refused(
            f"delivery {id} is neither parked nor cancelled, or there is none: "
            "nothing to retry"
        )
    return {"id": id, "state": "new"}


def cancel_delivery(_clerk: Clerk, tx: Transaction, *, id: int) -> Json:  # noqa: A002 # the key of the JSON
    if not handles.cancel(tx, id):
        raise Refused(
            f"delivery {id} is over already, an event that would leave a gap in the "
            "bus, or there is none"
        )
    return {"id": id, "state": "cancelled"}


def send_digest(  # what was counted beside us, all by name
    _clerk: Clerk,
    tx: Transaction,
    *,
    report: str,
    period: str,
    figures: Json,
    recipients: Sequence[str],
    style: str,
) -> Json:
    new = digests.queue(
        tx,
        report,
        period=Period.of(period),
        figures=Figures.of(figures),
        recipients=recipients,
        style=Format(style),
    )
    if not new:
        raise Refused(f"digest {report!r} was sent this very second")
    return {"report": report, "period": period, "recipients": list(new)}


def keep_comparison(_clerk: Clerk, tx: Transaction, *, name: str, result: Json) -> Json:
    published.write_down(tx, name, result)
    return result


def skip_event(
    _clerk: Clerk, tx: Transaction, *, target: str, stream: str, reason: str
) -> Json:
    """Let a stream go on without the event that its target will not take."""
    row = replays.parked_head(tx, lanes.bus(target, stream))
    if row is None:
        parked = ", ".join(replays.streams_parked(tx, target)) or "nothing"
        raise Refused(f"no event of {stream} is parked for {target}: {parked} is")
    try:
        event, payload = skipped(
            row.payload, id_=tx.ids.uuid(), at=tx.now, reason=reason
        )
    except NoPlaceError:
        raise Refused(
            f"delivery {row.id} has no place in a stream that must be kept: "
            f"zayavka delivery cancel {row.id}"
        ) from None
    Schemas().check(str(event["type"]), event)
    replays.replace(tx, row.id, kind=EventType.SKIPPED, payload=payload)
    told = {key: event[key] for key in ("id", "type", "sequence")}
    return {"delivery": row.id, **told, "skipped": row.event_id or row.facts["id"]}


def replay_events(  # one stretch of what may be hundreds of thousands
    _clerk: Clerk,
    tx: Transaction,
    *,
    targets: Sequence[str],
    ticket: str | None,
    since: str | None,
    after: int | None,
    upto: int | None,
) -> Json:
    """Let the events of the next tickets leave again, of people before the first."""
    ticket_id = replays.ticket_numbered(tx, ticket) if ticket else None
    if ticket and ticket_id is None:
        raise Refused(f"there is no ticket {ticket}")
    wanted = replays.Wanted(
        targets=tuple(targets),
        ticket=ticket_id,
        since=datetime.fromisoformat(since) if since else None,
    )
    upto = replays.last_delivery(tx) if upto is None else upto
    people = 0
    if after is None and ticket is None:
        people = replays.replay_people(tx, wanted, upto=upto)
    done = replays.replay(
        tx, wanted, after=TicketId(after or 0), upto=upto, limit=STRETCH
    )
    return {**asdict(done), "events": people + done.events}


def _at_desk(act: Callable[..., Json]) -> Callable[..., Json]:
    """Return the command that lets the rules do something."""

    def command(clerk: Clerk, tx: Transaction, **arguments: Any) -> Json:
        work = Work(now=tx.now, ids=tx.ids)
        desk = Desk(work=work, books=SqlBooks(tx), rules=clerk.rules)
        try:
            done = act(desk, tx, **arguments)
        except CannotBeDecided as error:
            raise Refused(str(error)) from None
        clerk.commit(tx, work)
        return done

    return command


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "org add": add_organisation,
    "staff add": add_specialist,
    "contact block": _at_desk(gatekeeping.block),
    "org block": _at_desk(gatekeeping.block_partner),
    "triage": _at_desk(gatekeeping.decide),
    "arrival retry": retry_arrival,
    "delivery retry": retry_delivery,
    "delivery cancel": cancel_delivery,
    "digest send": send_digest,
    "bus reconciled": keep_comparison,
    "bus skip": skip_event,
    "bus replay": replay_events,
}
