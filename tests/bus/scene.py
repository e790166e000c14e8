"""A small desk in memory, on which the use cases are played and mirrored."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from bus.feeds import Feed
from bus.mirror import mirror
from bus.schemas import Schemas
from bus.skipping import skipped
from bus.snapshots import snapshot
from tests.fakes import CountedIds, Records
from tickets import answers, staff, stages
from tickets.corporate import confirming
from tickets.desk import Desk
from tickets.files.fetching import store_fetched
from tickets.letter import File, Letter, Mailbox
from tickets.model import (
    ArrivalId,
    Organisation,
    Site,
    Specialist,
    SpecialistId,
    Ticket,
)
from tickets.post.posted import Post
from tickets.post.receive import receive
from tickets.rules import Rules
from tickets.talk import Fetched, Pressed, RemoteFile, Said, TopicMoved
from tickets.tokens import Signer
from tickets.whole import Spoken, Whole
from tickets.words import EventType, FileState, Medium, Trust
from tickets.work import Work, salted

SUPPORT = "support@example.org"
CHAT = -100500
TARGET = "corporate"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCHEMAS = Schemas()
VERA = Specialist(
    id=SpecialistId(3), name="Вера Осипова", telegram_id=777, site="NN", language="ru"
)
PARTNER = Organisation(id=12, name="ООО «Ромашка»", site="NN")


class SignedLinks:
    """Addresses as long as signed ones are."""

    def text(self, comment_public_id: str) -> str:
        return f"https://desk.example.org/files/text-{comment_public_id}.{'s' * 64}"

    def file(self, sha256: str) -> str:
        return f"https://desk.example.org/files/{sha256}.{'s' * 64}"


def rules() -> Rules:
    site = Site(
        code="NN",
        name="Нижний Новгород",
        timezone="Europe/Moscow",
        language="ru",
        addresses=(SUPPORT,),
        chats=(CHAT,),
    )
    signer = Signer(keys=(b"k" * 32,), address=SUPPORT)
    return Rules(address=SUPPORT, sites=(site,), signer=signer)


class Scene:
    """One specialist, one partner, and a clock that moves with every arrival."""

    def __init__(self) -> None:
        self.records = Records()
        self.records.partners["romashka.example"] = PARTNER
        self.records.staff[VERA.telegram_id] = VERA
        self.rules = rules()
        self.ids = CountedIds()
        self.bodies: list[bytes] = []
        self._moments = (
            datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(seconds=37.25) * n
            for n in itertools.count()
        )
        self._arrivals = itertools.count(1)
        self._message_ids = itertools.count(1)
        self.introduce()

    def work(self) -> Work:
        arrival = ArrivalId(next(self._arrivals))
        return Work(now=next(self._moments), ids=self.ids, arrival=arrival)

    def run(self, act: Callable[[Desk], object]) -> Work:
        """Do one arrival's work, mirror it and commit it."""
        work = self.work()
        act(Desk(work=work, books=self.records, rules=self.rules))
        mirror(work, feeds=[Feed(name=TARGET)], schemas=SCHEMAS, links=SignedLinks())
        for delivery in work.deliveries:
            if delivery.medium is Medium.BUS:
                assert delivery.payload is not None
                self.bodies.append(delivery.payload)
        self.records.commit(work)
        for ticket_id in work.opened:
            self.records.topics[CHAT, 1000 + ticket_id] = ticket_id
        return work

    def introduce(self) -> None:
        """Record the partner and the specialist, as the registry does."""
        self.run(
            lambda desk: desk.work.record(
                f"organisation:{PARTNER.id}",
                1,
                EventType.CHANGED,
                actor="operator",
                data={"organisation": PARTNER.id},
                content={
                    "name": PARTNER.name,
                    "domains": ["romashka.example"],
                    "site": PARTNER.site,
                },
            )
        )
        self.run(
            lambda desk: desk.work.record(
                f"specialist:{VERA.id}",
                1,
                EventType.CHANGED,
                actor="operator",
                data={"specialist": VERA.id, "site": VERA.site, "role": VERA.role},
                content={"name": VERA.name, "telegram_id": VERA.telegram_id},
            )
        )

    def mail(
        self,
        text: str = "Не печатает принтер",
        *,
        author: str = "anna@romashka.example",
        subject: str = "Принтер",
        files: tuple[File, ...] = (),
        answers: str | None = None,
        cc: tuple[Mailbox, ...] = (),
        automatic: bool = False,
    ) -> str:
        """Let a partner's mail arrive and return its Message-ID."""
        message_id = f"<{next(self._message_ids)}@romashka.example>"
        letter = Letter(
            message_id=message_id,
            in_reply_to=(answers,) if answers else (),
            author=Mailbox(address=author, name="Анна"),
            to=(Mailbox(address=SUPPORT),),
            cc=cc,
            subject=subject,
            text=text,
            files=files,
            automatic=automatic,
        )
        post = Post(letter=letter, mail_from=author, rcpt_tos=(SUPPORT,))
        self.run(lambda desk: receive(desk, post))
        return message_id

    def say(self, text: str, *, files: tuple[RemoteFile, ...] = ()) -> None:
        """Let the specialist write in the last ticket's topic."""
        said = Said(
            chat=CHAT,
            thread_id=1000 + self.last.id,
            message_id=1,
            author=VERA.telegram_id,
            anonymous=False,
            text=text,
            files=files,
        )
        self.run(lambda desk: staff.hear(desk, said))

    def press(self, action: str, subject: str | None = None) -> None:
        pressed = Pressed(
            callback_id="1",
            chat=CHAT,
            author=VERA.telegram_id,
            action=action,
            subject=subject or self.last.number,
        )
        self.run(lambda desk: staff.press(desk, pressed))

    def fetch(self, content: bytes = b"%PDF") -> None:
        """Let the bytes of every awaited file come, the newest first."""
        waiting = [
            file.id
            for comment in self.records.comments.values()
            for file in comment.attachments
            if file.state is FileState.PENDING
        ]
        for one in reversed(waiting):
            fetched = Fetched(attachment=one, content=content)
            self.run(partial(store_fetched, fetched=fetched))

    def move_topic(self, *, closed: bool) -> None:
        moved = TopicMoved(
            chat=CHAT,
            thread_id=1000 + self.last.id,
            author=VERA.telegram_id,
            closed=closed,
        )
        self.run(lambda desk: staff.follow_topic(desk, moved))

    def resolve(self) -> None:
        self.run(
            lambda desk: stages.to_stage(desk, self.last, "resolved", actor="system")
        )

    def ask(self) -> None:
        """Let the bus be asked about the last ticket, answer late, and decline."""
        hours = MappingProxyType({"resolved": timedelta(hours=4)})
        asking = replace(self.rules.process, confirmed=hours)
        usual, self.rules = self.rules, replace(self.rules, process=asking)
        self.press("resolve")
        self.run(lambda desk: confirming.escalate(desk, self.last.number))
        stage = self.last.stage
        self.run(
            lambda desk: stages.confirm(
                desk, self.last, stage, actor="bus:erp", reason="нет акта"
            )
        )
        self.rules = usual

    def fail_delivery(self, reason: str = "550 no such user") -> None:
        failure = answers.Failure(
            channel=Medium.MAIL, recipient="anna@romashka.example", reason=reason
        )
        self.run(
            lambda desk: answers.tell_failed(desk, self.last, None, failure=failure)
        )

    @property
    def last(self) -> Ticket:
        return list(self.records.tickets.values())[-1]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


def whole_of(scene: Scene, ticket: Ticket) -> Whole:
    """Return a ticket of the scene with all that belongs to it."""
    ids = [event.id for event in scene.records.events if event.stream == ticket.stream]
    return Whole(
        ticket=ticket,
        last_event=ids[-1],
        merged_into=None,
        participants=scene.records.participants(ticket.id),
        comments=tuple(
            Spoken(comment=one, text_hash=salted("salt", one.text))
            for one in scene.records.comments.values()
            if one.ticket_id == ticket.id
        ),
        links=(),
    )


def snapshots_of(scene: Scene) -> list[dict[str, Any]]:
    """Return the parts of a snapshot of each ticket."""
    return [
        json.loads(body)
        for ticket in scene.records.tickets.values()
        for _, body in snapshot(
            whole_of(scene, ticket), ids=scene.ids.uuid, at=NOON, links=SignedLinks()
        )
    ]


def skips_of(scene: Scene) -> list[dict[str, Any]]:
    """Return what would stand for the first event of each kind of stream."""
    firsts = {event["source"].split("/")[2]: event for event in scene.events}
    return [
        skipped(
            json.dumps(event).encode(), id_=scene.ids.uuid(), at=NOON, reason="broken"
        )[0]
        for event in firsts.values()
    ]


def all_that_can_happen() -> Scene:
    """Play every use case that records an event."""
    scene = Scene()
    invoice = File(name="счёт.pdf", media_type="application/pdf", content=b"%PDF-1")
    colleague = Mailbox(address="boris@romashka.example", name="Борис")
    first = scene.mail(files=(invoice,), cc=(colleague,))
    scene.press("take")
    remote = RemoteFile(
        remote_id="AgAD", name="снимок.png", media_type="image/png", size=4
    )
    scene.say("Перезагрузите", files=(remote,))
    scene.fetch()
    scene.say("// ключ у охраны")
    scene.mail("Не помогло", answers=first)
    scene.mail("Я тоже", author="eva@elsewhere.example", answers=first)
    scene.mail(
        "Меня нет", author="gleb@elsewhere.example", answers=first, automatic=True
    )
    scene.mail("Я здесь", author="gleb@elsewhere.example", answers=first)
    scene.mail("И тут", author="vlad@romashka.example", subject="[NN-1] Принтер")
    unproven = [
        one for one in scene.records.comments.values() if one.trust is Trust.UNPROVEN
    ]
    scene.press("accept", str(unproven[0].id))
    scene.fail_delivery()
    scene.resolve()
    scene.press("close")
    scene.mail("Снова", answers=first)
    scene.move_topic(closed=True)
    scene.move_topic(closed=False)
    scene.ask()
    scene.mail("Отписаться", answers=first)
    scene.mail("Я вернулась", answers=first)
    for said in ("Не туда", "/undo"):
        scene.say(said)
    scene.mail("Тут чужой", author="mallory@evil.example", subject="[NN-1] Принтер")
    return scene
