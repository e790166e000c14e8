"""What the rules ask about answers is the same in memory and in both databases."""

from __future__ import annotations

import pytest

from tests.desks import FORUM
from tests.storage.desk import ANNA_ID, Bench, hire, mail, play, said, show
from tickets.model import CommentId, SpecialistId, TicketId
from tickets.words import DeliveryState

BORIS_ID = 4343
IVAN = "ivan@partner.example"


@pytest.fixture
def ticket(bench: Bench) -> TicketId:
    opened = mail(bench).ticket_id
    assert opened is not None
    for person in (ANNA_ID, BORIS_ID):
        hire(bench, person)
    show(bench, opened)
    return opened


def answer(bench: Bench, message_id: int, author: int = ANNA_ID) -> CommentId:
    came = said("Готово.", message_id=message_id, author=author)
    return CommentId(int(play(bench, came).outcome_id or 0))


def who(bench: Bench, telegram_id: int) -> SpecialistId:
    found = bench.look(lambda books: books.specialist(telegram_id))
    assert found is not None
    return found.id


def test_a_comment_is_found_by_the_message_that_holds_it(
    bench: Bench, ticket: TicketId
) -> None:
    comment = answer(bench, 51)
    assert bench.look(lambda books: books.comment_in_message(FORUM, 51)) == comment
    assert bench.look(lambda books: books.comment_in_message(FORUM, 52)) is None
    assert ticket


def test_the_last_answer_is_the_authors_own_and_public(
    bench: Bench, ticket: TicketId
) -> None:
    anna = who(bench, ANNA_ID)
    assert bench.look(lambda books: books.last_answer(ticket, anna)) is None
    mine = answer(bench, 51)
    answer(bench, 52, BORIS_ID)
    play(bench, said("// заметка", message_id=53))
    assert bench.look(lambda books: books.last_answer(ticket, anna)) == mine


@pytest.mark.parametrize("state", list(DeliveryState))
def test_what_was_begun_has_left(
    bench: Bench, ticket: TicketId, state: DeliveryState
) -> None:
    comment = answer(bench, 51)
    bench.mark(IVAN, state)
    waits = state in {DeliveryState.NEW, DeliveryState.CANCELLED}
    assert bench.look(lambda books: books.has_left(comment)) is not waits
    assert ticket


def test_the_rest_is_what_the_other_comments_say(
    bench: Bench, ticket: TicketId
) -> None:
    first = answer(bench, 51)
    alone = bench.look(lambda books: books.rest(ticket, first))
    assert (alone.first_answer_at, alone.is_answered) == (None, False)
    second = answer(bench, 52)
    comment = bench.look(lambda books: books.comment(second))
    assert comment is not None
    both = bench.look(lambda books: books.rest(ticket, first))
    assert (both.first_answer_at, both.is_answered) == (comment.at, True)


def test_what_is_taken_back_is_inside_and_goes_to_nobody(
    bench: Bench, ticket: TicketId
) -> None:
    comment = answer(bench, 51)
    assert play(bench, said("/undo", message_id=52)).rule == "undone"
    after = bench.look(lambda books: books.comment(comment))
    assert after is not None
    assert after.visibility == "internal"
    assert bench.states(IVAN)[-1] == "cancelled"
    kept = bench.look(lambda books: books.ticket(ticket))
    assert (kept.first_answer_at, kept.stage) == (None, "in-progress")
