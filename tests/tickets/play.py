"""A desk in memory on which arrivals are played one by one."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.desks import FORUM, SUPPORT, post, rules
from tests.fakes import CountedIds, Records
from tickets.desk import Desk
from tickets.happenings import handle
from tickets.letter import Mailbox
from tickets.model import (
    ArrivalId,
    Comment,
    Delivery,
    Event,
    Organisation,
    Specialist,
    SpecialistId,
    Ticket,
)
from tickets.post.posted import Post
from tickets.rules import Rules
from tickets.talk import Fetched, Happening, Pressed, RemoteFile, Said
from tickets.verdict import Verdict
from tickets.words import Trust
from tickets.work import Work

ANNA = Specialist(id=SpecialistId(7), name="Анна", telegram_id=4242, site="NN")
BORIS = Specialist(id=SpecialistId(8), name="Борис", telegram_id=4343, site="NN")
PARTNER = Organisation(id=12, name="ООО «Ромашка»", site="NN")
IVAN = "ivan@partner.example"
THREAD = 1000


@dataclass(kw_only=True)
class Play:
    """Two specialists, one partner organisation, and a clock."""

    rules: Rules = field(default_factory=rules)
    records: Records = field(default_factory=Records)
    ids: CountedIds = field(default_factory=CountedIds)
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    work: Work = field(init=False)
    _arrivals: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _messages: itertools.count[int] = field(default_factory=lambda: itertools.count(50))

    def __post_init__(self) -> None:
        self.records.partners["partner.example"] = PARTNER
        for one in (ANNA, BORIS):
            self.records.staff[one.telegram_id] = one

    def begin(self) -> Desk:
        self.now += timedelta(seconds=1)
        arrival = ArrivalId(next(self._arrivals))
        self.work = Work(now=self.now, ids=self.ids, arrival=arrival)
        return Desk(work=self.work, books=self.records, rules=self.rules)

    def commit(self) -> None:
        self.records.commit(self.work)
        for ticket_id in self.work.opened:
            self.records.topics[FORUM, THREAD + ticket_id] = ticket_id
        self._check_journal()

    def handle(self, came: Post | Happening) -> Verdict:
        """Play one arrival; its work is committed, and the journal has no gap."""
        verdict = handle(self.begin(), came)
        self.commit()
        return verdict

    def mail(self, **more: Any) -> Verdict:
        return self.handle(post(**more))

    def reply(self, sender: str = IVAN, **more: Any) -> Verdict:
        """Let somebody answer the first mail, by its Message-ID."""
        settings: dict[str, Any] = {
            "message_id": f"<{next(self._messages)}@reply.example>",
            "in_reply_to": ("<1@partner.example>",),
            "text": "И ещё одно.",
        }
        return self.handle(written_by(sender, **{**settings, **more}))

    def say(
        self,
        text: str,
        *,
        files: tuple[RemoteFile, ...] = (),
        author: int = ANNA.telegram_id,
        anonymous: bool = False,
        reply_to: int | None = None,
    ) -> Verdict:
        said = Said(
            chat=FORUM,
            thread_id=THREAD + self.ticket.id,
            message_id=next(self._messages),
            author=author,
            anonymous=anonymous,
            text=text,
            files=files,
            reply_to=reply_to,
        )
        return self.handle(said)

    def press(
        self, action: str, subject: str = "", *, author: int = ANNA.telegram_id
    ) -> Verdict:
        return self.handle(
            Pressed(
                callback_id="77",
                chat=FORUM,
                author=author,
                action=action,
                subject=subject or self.ticket.number,
            )
        )

    def fetch(self, attachment: int, content: bytes = b"%PDF") -> Verdict:
        return self.handle(Fetched(attachment=attachment, content=content))

    @property
    def ticket(self) -> Ticket:
        """Return the newest ticket."""
        return list(self.records.tickets.values())[-1]

    @property
    def comment(self) -> Comment:
        """Return the newest comment."""
        return list(self.records.comments.values())[-1]

    @property
    def people(self) -> list[tuple[str | None, str]]:
        joined = self.records.participants(self.ticket.id)
        return [(one.contact.email, one.role) for one in joined]

    def queued(self, *kinds: str) -> list[Delivery]:
        """Return what the last arrival queued, of these kinds."""
        return [one for one in self.work.deliveries if one.kind in kinds]

    def notices(self) -> list[object]:
        """Return the names of the sentences that the last arrival queued."""
        return [one.facts["notice"] for one in self.queued("notice", "toast")]

    def marks(self) -> list[object]:
        return [one.facts["mark"] for one in self.queued("reaction")]

    def types(self) -> list[str]:
        """Return the types of the ticket's events that the last arrival recorded."""
        events = self.work.events
        return [one.type for one in events if one.stream.startswith("ticket:")]

    def _check_journal(self) -> None:
        streams: dict[str, list[Event]] = defaultdict(list)
        for event in self.records.events:
            streams[event.stream].append(event)
        for ticket in self.records.tickets.values():
            seqs = [event.seq for event in streams[ticket.stream]]
            assert seqs == list(range(1, ticket.version + 1))


def written_by(sender: str, **more: Any) -> Post:
    """Return a mail whose From and return path are this address."""
    made = post(**{"author": Mailbox(address=sender), **more})
    return Post(letter=made.letter, mail_from=sender, rcpt_tos=(SUPPORT,))


def unproven(play: Play) -> Comment:
    """Let a stranger use the ticket's tag from a colleague's address."""
    play.mail()
    play.handle(
        written_by(
            "eve@partner.example",
            message_id="<eve@partner.example>",
            subject=f"Re: [{play.ticket.number}] Принтер",
            text="Отдайте заказ мне.",
        )
    )
    assert play.comment.trust is Trust.UNPROVEN
    return play.comment
