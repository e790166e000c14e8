"""Chat deliveries: scheduler.relay.Outbox over the store, a step at a time."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.chat_effects import follow, repair
from app.outbox import LEASE, Records
from app.patience import commit
from bot.budget import Budget
from bot.call import Call, decode, encode
from bot.outcome import CardGone, ChatAnswer, Moved, NotHeard, TopicGone
from bot.render import file_of
from bot.sender import TelegramSender
from scheduler.retry import DOUBT
from storage import deliveries, lanes, triage
from storage.arrivals import are_waiting
from storage.chat_notices import chat_notice
from storage.deliveries import Due, Frozen
from storage.errors import StorageError
from storage.transaction import Transaction
from tickets import lanes as lanes_of
from tickets.answers import Failure, tell_failed, tell_unreachable
from tickets.desk import Desk
from tickets.files.fetching import give_up_file
from tickets.letter import File
from tickets.outgoing import ChatNotice
from tickets.sending import Answer, Later, Never, Sent, Uncertain
from tickets.words import DeliveryState, Medium

Render = Callable[[ChatNotice], Call]
#: What stands in a ticket's topic, and so needs one.
IN_TOPIC = frozenset({"card", "comment", "full-text", "file", "notice"})
#: A repeat of anything else does no harm.
SHOWS_TWICE = ("send", "createForumTopic")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One call on the way to a delivery's end.

    ``name`` is the delivery's own kind, or the topic or card that must come
    first. ``doubts`` counts the times its answer was lost before.
    """

    frozen: Frozen
    name: str
    call: Call
    file: File | None
    doubts: int


@dataclass(kw_only=True, slots=True)
class Chatting:
    """Deliveries to Telegram, within the chats' budgets.

    ``ticks`` are the budget's clock, in seconds; ``heard_at`` says until when all
    that happened in Telegram is known.
    """

    records: Records
    render: Render
    sender: TelegramSender
    budget: Budget
    ticks: Callable[[], float]
    heard_at: Callable[[], datetime | None]

    async def claim(self, room: int) -> Sequence[Due]:
        dues = await asyncio.wrap_future(
            self.records.store.submit(lambda tx: self._claim(tx, room))
        )
        spent = Counter(due.budget for due in dues if due.budget)
        for window, cost in spent.items():
            self.budget.spend(int(window), cost, self.ticks())
        return dues

    def _claim(self, tx: Transaction, room: int) -> list[Due]:
        """Lease what the windows have room for; spends nothing, as it may run twice."""
        now = self.ticks()
        dues: list[Due] = []
        for window in lanes.due_budgets(tx, Medium.TELEGRAM):
            limit = room - len(dues)
            if window:
                others = sum(bool(due.budget) for due in dues)
                left = self.budget.available(int(window), now, besides=others)
                limit = min(limit, left)
            if limit > 0:
                dues.extend(self._claim_window(tx, window, limit))
        return dues

    def _claim_window(self, tx: Transaction, window: str, limit: int) -> list[Due]:
        return deliveries.claim(
            tx,
            Medium.TELEGRAM,
            owner=self.records.owner,
            limit=limit,
            lease=LEASE,
            budget=window,
        )

    def freeze(self, dues: Sequence[Due]) -> Sequence[Step | Answer]:
        return [self._freeze(due) for due in dues]

    def _freeze(self, due: Due) -> Step | Answer:
        try:
            notice = self._look(due)
        except StorageError as trouble:
            return Later(str(trouble))
        if due.payload is None:
            return self._fresh(due, notice)
        return self._again(due, notice)

    def _look(self, due: Due) -> ChatNotice:
        rules = self.records.rules
        return self.records.store.read(lambda tx: chat_notice(tx, due, rules))

    def _fresh(self, due: Due, notice: ChatNotice, doubts: int = 0) -> Step:
        name = _next_step(notice)
        notice = replace(notice, kind=name, repeat=doubts > 0)
        call = self.render(notice)
        return _step(due, name, call, file=file_of(notice), doubts=doubts)

    def _again(self, due: Due, notice: ChatNotice) -> Step | Answer:
        """Go on after an attempt that did not end, or whose answer was lost."""
        name, call, doubts = _unwrap(due.payload or b"")
        in_doubt = due.state in {DeliveryState.SENDING, DeliveryState.UNCERTAIN}
        if not in_doubt or not call.method.startswith(SHOWS_TWICE):
            same = name == _next_step(notice)
            return self._fresh(due, notice, doubts=doubts if same else 0)
        if name == "topic":
            return self._topic_again(due, notice)
        if doubts >= 1:
            return Never("the answer was lost twice: it may be there, twice even")
        return self._fresh(due, notice, doubts=doubts + 1)

    def _topic_again(self, due: Due, notice: ChatNotice) -> Step | Answer:
        """Make a topic again once it is sure that it was not made."""
        if notice.thread_id is None and due.state is DeliveryState.SENDING:
            return Uncertain("the process ended while the topic was made", DOUBT)
        if notice.thread_id is None and not self._has_heard(due, notice.chat):
            return Uncertain("it is not known yet whether the topic was made", DOUBT)
        return self._fresh(due, self._look(due))  # our own update may tell of it now

    def _has_heard(self, due: Due, chat: int) -> bool:
        """Say whether all that happened in a chat before a doubt arose is filed."""
        heard = self.heard_at()
        if heard is None or heard < due.next_at - DOUBT:
            return False
        lane = lanes_of.all_of_chat(chat)
        return not self.records.store.read(lambda tx: are_waiting(tx, lane))

    async def begin(self, frozen: Sequence[Step]) -> Sequence[Step]:
        begun = await self.records.begin([step.frozen for step in frozen])
        ours = {one.due.id for one in begun}
        return [step for step in frozen if step.frozen.due.id in ours]

    async def send(self, frozen: Step) -> ChatAnswer:
        # There is one repeat, so it is not spent while nobody answers.
        if frozen.doubts and not await self.sender.answers():
            return Later("an answer was lost, and Telegram gives none yet")
        return await self.sender.send(frozen.call, frozen.file)

    async def settle(self, due: Due, frozen: Step | None, answer: ChatAnswer) -> None:
        if due.kind == triage.DECISION and isinstance(answer, CardGone):
            answer = Sent("no question", {})  # somebody deleted it: so it is answered
        if isinstance(answer, TopicGone | CardGone | Moved):
            call = frozen.call if frozen else None
            await commit(
                self.records.store, lambda tx: repair(tx, due, answer, call=call)
            )
            return
        if isinstance(answer, Later) and answer.after and due.budget:
            until = self.ticks() + answer.after.total_seconds()
            self.budget.blocked_until(int(due.budget), until)
        name = frozen.name if frozen else due.kind

        def on_sent(tx: Transaction, desk: Desk, sent: Sent) -> None:
            follow(tx, desk, due, name=name, sent=sent)

        def on_parked(tx: Transaction, desk: Desk, reason: str) -> None:
            if isinstance(answer, NotHeard) and lanes_of.is_private(due.lease.lane):
                desk.work.silenced[int(due.target)] = True
            _tell(tx, desk, due, reason=reason)

        await self.records.settle(
            due,
            answer,
            last_doubt=False,
            tried=frozen is not None,
            on_sent=on_sent,
            on_parked=on_parked,
        )


def _next_step(notice: ChatNotice) -> str:
    """Return what must be done first: the topic, then its card, then the rest."""
    if notice.kind not in IN_TOPIC or notice.is_private:
        return notice.kind
    if notice.thread_id is None:
        return "topic"
    return "card" if notice.card_message_id is None else notice.kind


def _step(due: Due, name: str, call: Call, *, file: File | None, doubts: int) -> Step:
    said = {"step": name, "doubts": doubts, "call": encode(call).decode()}
    payload = json.dumps(said).encode()
    return Step(
        frozen=Frozen(due=due, payload=payload),
        name=name,
        call=call,
        file=file,
        doubts=doubts,
    )


def _unwrap(payload: bytes) -> tuple[str, Call, int]:
    said = json.loads(payload)
    return said["step"], decode(said["call"].encode()), int(said["doubts"])


def _tell(tx: Transaction, desk: Desk, due: Due, *, reason: str) -> None:
    """Record that the chat did not get it; a button's answer is merely too late."""
    if due.kind == "toast":
        deliveries.mark_over(tx, due, state=DeliveryState.EXPIRED, reason=reason)
    elif due.kind == "fetch":
        give_up_file(desk, due.facts["attachment"], reason)
    elif due.ticket_id is None:
        return  # a greeting, a toast: nothing of a ticket
    elif lanes_of.is_private(due.lease.lane):
        ticket, chat = desk.books.ticket(due.ticket_id), int(due.target)
        tell_unreachable(desk, ticket, due.comment_id, chat_id=chat, reason=reason)
    elif due.kind != "notice":
        ticket = desk.books.ticket(due.ticket_id)
        failure = Failure(channel=Medium.TELEGRAM, recipient=due.target, reason=reason)
        tell_failed(desk, ticket, due.comment_id, failure=failure, notice="not-shown")
