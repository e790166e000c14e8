"""Comments, and what the journal and the bus learn of them."""

from __future__ import annotations

import pytest

from tests.tickets.play import IVAN, Play
from tickets.comments import body_hash
from tickets.letter import File
from tickets.words import EventType

FILE = File(name="a.txt", media_type="text/plain", content=b"1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("a b", ()), ("a\r\n  b ", ()), True),
        (("a b", ()), ("ab", ()), False),
        (("a", (FILE,)), ("a", ()), False),
        (
            ("a", (FILE,)),
            ("a", (File(name="b", media_type="x/y", content=b"1"),)),
            True,
        ),
        (("a", (FILE,)), ("a", (FILE, FILE)), False),
    ],
)
def test_a_body_is_known_by_what_it_says(
    one: tuple[str, tuple[File, ...]], other: tuple[str, tuple[File, ...]], same: bool
) -> None:
    assert (body_hash(*one) == body_hash(*other)) is same


def test_the_journal_holds_hashes_and_the_bus_the_words() -> None:
    play = Play()
    play.mail(text="Секретный текст")
    for event in play.work.events:
        assert "Секретный" not in str(event.data)
        assert IVAN not in str(event.data)
    added = next(e for e in play.work.events if e.type == EventType.COMMENT_ADDED)
    assert added.content["text"] == "Секретный текст"
    assert added.data["text_hash"] != added.content["text"]


def test_the_same_words_have_another_hash_each_time() -> None:
    play = Play()
    hashes = set()
    for n in range(2):
        play.mail(message_id=f"<{n}@x>", subject=f"Тема {n}")
        hashes |= {
            event.data["text_hash"]
            for event in play.work.events
            if event.type == EventType.COMMENT_ADDED
        }
    assert len(hashes) == 2
