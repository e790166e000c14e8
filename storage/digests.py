"""Digests that were made: each once for a report, a period and a recipient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from storage import published
from storage.deliveries import Due
from storage.queueing import add_deliveries
from storage.rows import TICKET
from storage.schema import table
from storage.transaction import Transaction
from tickets import lanes
from tickets.digests import BY_HAND, Format, Period
from tickets.figures import Figures
from tickets.model import Delivery
from tickets.outgoing import DigestNotice, Exchange
from tickets.ways import domain_of
from tickets.words import Medium
from tickets.work import DIGEST

DIGEST_RUN = table("digest_run")
_run = DIGEST_RUN.c
KIND = "digest"
#: One that was made so much after its period says that it is late.
LATE = timedelta(minutes=15)


def made(tx: Transaction, reports: Iterable[str]) -> dict[tuple[str, str], datetime]:
    """Return the end of the newest period by report and recipient.

    What was asked for by hand does not count: its period goes on.
    """
    rows = tx.run(
        select(_run.report, _run.recipient, func.max(_run.period).label("newest"))
        .where(_run.report.in_(list(reports)), _run.period.not_like(f"%{BY_HAND}"))
        .group_by(_run.report, _run.recipient)
    )
    return {(row.report, row.recipient): Period.of(row.newest).end for row in rows}


def queue(
    tx: Transaction,
    report: str,
    *,
    period: Period,
    figures: Figures,
    recipients: Sequence[str],
    style: Format,
) -> tuple[str, ...]:
    """Freeze figures and queue their mails; return who had not had them yet."""
    frozen = figures.as_json()
    new = tuple(
        one for one in recipients if _is_new(tx, (report, period.key, one), frozen)
    )
    facts = {"report": report, "period": period.key, "format": style}
    add_deliveries(tx, [_delivery(one, facts) for one in new])
    return new


def _is_new(tx: Transaction, key: tuple[str, str, str], figures: Any) -> bool:
    report, period, recipient = key
    row = {
        "report": report,
        "period": period,
        "recipient": recipient,
        "figures": figures,
        "made_at": tx.now,
    }
    insert = tx.upsert(DIGEST_RUN).on_conflict_do_nothing().returning(_run.id)
    return tx.run(insert.values(row)).first() is not None


def _delivery(recipient: str, facts: dict[str, Any]) -> Delivery:
    return Delivery(
        medium=Medium.MAIL,
        target=recipient,
        lane=lanes.digest(facts["report"], recipient),
        budget=domain_of(recipient),
        kind=KIND,
        facts=facts,
        priority=DIGEST,
    )


def notice(tx: Transaction, due: Due, *, language: str) -> DigestNotice:
    """Return a digest's notice; LookupError if it was never made."""
    report, period = due.facts["report"], due.facts["period"]
    row = tx.run(
        select(_run.figures, _run.made_at).where(
            _run.report == report, _run.period == period, _run.recipient == due.target
        )
    ).first()
    if row is None:
        raise LookupError(f"no digest {report!r} of {period} was made")
    figures = Figures.of(row.figures)
    return DigestNotice(
        delivery=due.id,
        report=report,
        recipient=due.target,
        language=language,
        format=Format(due.facts["format"]),
        figures=figures,
        subjects=subjects(tx, figures),
        exchanges=tuple(
            _exchange(name, one) for name, one in sorted(published.results(tx).items())
        ),
        late=row.made_at if row.made_at - figures.period.end > LATE else None,
    )


def _exchange(name: str, result: Any) -> Exchange:
    counts = {key: result[key] for key in ("checked", "missing", "extra", "disordered")}
    return Exchange(name=name, at=datetime.fromisoformat(result["at"]), **counts)


def subjects(tx: Transaction, figures: Figures) -> dict[str, str]:
    """Return what the named tickets are about, as it stands now."""
    numbers = [one.number for one in figures.waiting]
    rows = tx.run(
        select(TICKET.c.number, TICKET.c.subject).where(TICKET.c.number.in_(numbers))
    )
    return {row.number: row.subject for row in rows}
