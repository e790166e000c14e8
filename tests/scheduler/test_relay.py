"""A relay freezes, begins, sends and settles; whatever breaks on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from structlog.testing import capture_logs

from scheduler.relay import Relay
from tickets.sending import Answer, Later, Never, Sent


@dataclass
class Memory:
    """An outbox and its exit; each due thing is a word."""

    due: list[str]
    stolen: set[str] = field(default_factory=set)
    book: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    async def claim(self, room: int) -> Sequence[str]:
        taken, self.due = self.due[:room], self.due[room:]
        return taken

    def freeze(self, dues: Sequence[str]) -> Sequence[bytes | Answer]:
        return [self._freeze(due) for due in dues]

    @staticmethod
    def _freeze(due: str) -> bytes | Answer:
        if due == "unreadable":
            raise KeyError("no such text")
        if due == "done":
            return Sent("nothing to do")
        return due.encode()

    async def begin(self, frozen: Sequence[bytes]) -> Sequence[bytes]:
        self.book += [f"begun {one.decode()}" for one in frozen]
        return [one for one in frozen if one.decode() not in self.stolen]

    async def send(self, frozen: bytes) -> Answer:
        self.book.append(f"sent {frozen.decode()}")
        if frozen == b"broken":
            raise OSError("our own cable")
        return Sent("ok")

    async def settle(self, due: str, frozen: bytes | None, answer: Answer) -> None:
        del frozen
        self.book.append(f"settled {due}")
        self.answers[due] = answer


def drain(memory: Memory, room: int = 10) -> Memory:
    async def play() -> None:
        relay: Relay[str, bytes, Answer] = Relay(outbox=memory, exit=memory)
        for batch in await relay.claim(room):
            await relay.work(batch)

    with capture_logs():
        asyncio.run(play())
    return memory


def test_bytes_are_committed_before_they_are_sent() -> None:
    assert drain(Memory(["a"])).book == ["begun a", "sent a", "settled a"]


def test_no_more_is_taken_than_there_is_room() -> None:
    assert drain(Memory(["a", "b", "c"]), room=2).due == ["c"]


def test_what_cannot_be_put_into_words_is_parked_and_the_others_go() -> None:
    memory = drain(Memory(["unreadable", "a"]))
    never = memory.answers["unreadable"]
    assert isinstance(never, Never)
    assert "no such text" in never.reason
    assert memory.answers["a"] == Sent("ok")


def test_an_answer_that_needs_no_sending_is_settled_at_once() -> None:
    memory = drain(Memory(["done"]))
    assert memory.answers == {"done": Sent("nothing to do")}
    assert "sent done" not in memory.book


def test_what_another_worker_took_over_is_not_sent() -> None:
    memory = drain(Memory(["a", "b"], stolen={"a"}))
    assert "sent a" not in memory.book
    assert list(memory.answers) == ["b"]


def test_trouble_of_our_own_is_tried_later() -> None:
    answer = drain(Memory(["broken"])).answers["broken"]
    assert isinstance(answer, Later)
    assert "our own cable" in answer.reason
