"""The records answer the rules alike, in memory and in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.desks import FORUM, post
from tests.storage.desk import (
    ANNA_ID,
    THREAD,
    Bench,
    hire,
    know,
    mail,
    play,
    said,
    show,
)
from tickets.comments import body_hash
from tickets.files.fetching import give_up_file
from tickets.happenings import handle
from tickets.letter import Mailbox
from tickets.model import ArrivalId, CommentId, Ticket, TicketId
from tickets.talk import Fetched, Migrated, Pressed, RemoteFile
from tickets.words import DeliveryState, FileState, Trust

IVAN = "ivan@partner.example"
EVE = "eve@partner.example"


def ticket(bench: Bench, number: str = "NN-1") -> Ticket:
    found = bench.look(lambda books: books.ticket_by_number(number))
    assert found is not None
    return found


def refs(bench: Bench, *ids: str) -> Any:
    return bench.run(lambda desk: desk.books.refs(sorted(ids)))


def test_an_id_that_nobody_saw_is_awaited(bench: Bench) -> None:
    found = refs(bench, "<a@x>", "<b@x>")
    assert sorted(found) == ["<a@x>", "<b@x>"]
    assert not any(one.seen or one.own or one.ticket_id for one in found.values())


def test_the_ids_of_a_mail_lead_to_its_ticket(bench: Bench) -> None:
    first = mail(bench, in_reply_to=("<parent@x>",))
    found = refs(bench, "<1@partner.example>", "<parent@x>", "<other@x>")
    own = found["<1@partner.example>"]
    assert (own.seen, own.ticket_id) == (True, first.ticket_id)
    parent = found["<parent@x>"]
    assert (parent.seen, parent.ticket_id) == (False, first.ticket_id)
    assert found["<other@x>"].ticket_id is None


def test_the_first_mail_of_an_id_stays_its_arrival(bench: Bench) -> None:
    mail(bench)
    before = refs(bench, "<1@partner.example>")
    mail(bench, text="Другое.")
    assert refs(bench, "<1@partner.example>") == before


def test_it_is_known_how_far_an_arrivals_comment_is_believed(bench: Bench) -> None:
    arrival = bench.arrive()
    bench.run(lambda desk: handle(desk, post()), arrival)
    assert bench.look(lambda books: books.trust_of(arrival)) is Trust.PLAUSIBLE
    assert bench.look(lambda books: books.trust_of(ArrivalId(999))) is None


def test_the_same_words_under_the_same_id_are_found(bench: Bench) -> None:
    mail(bench)
    second = mail(bench, text="Другое.")
    ref = refs(bench, "<1@partner.example>")["<1@partner.example>"]

    def same(text: str) -> str | None:
        found = bench.look(lambda books: books.same_comment(ref, body_hash(text, ())))
        return None if found is None else str(found.id)

    assert same("Другое.") == second.outcome_id
    assert same(post().letter.text) is not None
    assert same("Третье.") is None


def test_contacts_are_found_by_address(bench: Bench) -> None:
    mail(bench)
    found = bench.look(lambda books: books.contacts([IVAN, "nobody@x.example"]))
    assert list(found) == [IVAN]
    assert (found[IVAN].name, found[IVAN].email) == ("Иван Петров", IVAN)


def test_organisations_are_found_by_domain(bench: Bench) -> None:
    partner = know(bench, "partner.example", "partner.test")
    domains = ["partner.example", "partner.test", "other.example"]
    found = bench.look(lambda books: books.organisations(domains))
    assert found == {"partner.example": partner, "partner.test": partner}
    mail(bench)
    assert ticket(bench).organisation == partner
    assert ticket(bench).requester.organisation == partner


def test_specialists_are_found_by_their_telegram_id(bench: Bench) -> None:
    anna = hire(bench)
    assert bench.look(lambda books: books.specialist(ANNA_ID)) == anna
    assert bench.look(lambda books: books.specialist(1)) is None


def test_a_ticket_is_found_by_id_number_and_topic(bench: Bench) -> None:
    verdict = mail(bench)
    assert verdict.ticket_id is not None
    one = ticket(bench, "nn-1")
    assert bench.run(lambda desk: desk.books.ticket(one.id)) == one
    assert bench.look(lambda books: books.ticket_by_number("NN-2")) is None
    show(bench, one.id)
    assert in_topic(bench, FORUM, THREAD) == one
    assert in_topic(bench, FORUM, 5) is None
    assert in_topic(bench, -7, THREAD) is None


def in_topic(bench: Bench, chat: int, thread: int) -> Ticket | None:
    return bench.look(lambda books: books.ticket_in_topic(chat, thread))


def test_a_ticket_that_is_not_there_is_an_error(bench: Bench) -> None:
    with pytest.raises(LookupError):
        bench.run(lambda desk: desk.books.ticket(TicketId(999)))


def test_a_topic_is_found_by_both_ids_of_a_group_that_moved(bench: Bench) -> None:
    mail(bench)
    one = ticket(bench)
    show(bench, one.id)
    play(bench, Migrated(chat=FORUM, new_chat=-5))
    play(bench, Migrated(chat=FORUM, new_chat=-5))
    for chat in (FORUM, -5):
        assert in_topic(bench, chat, THREAD) == one


def test_participants_come_in_the_order_they_joined(bench: Bench) -> None:
    mail(bench, cc=tuple(Mailbox(address=f"p{n}@partner.example") for n in range(3)))
    joined = bench.look(lambda books: books.participants(ticket(bench).id))
    assert [(one.contact.email, one.role) for one in joined] == [
        (IVAN, "requester"),
        ("p0@partner.example", "cc"),
        ("p1@partner.example", "cc"),
        ("p2@partner.example", "cc"),
    ]


def test_who_gets_no_notices_is_known_by_their_participation(bench: Bench) -> None:
    robot = {"automatic": True, "author": Mailbox(address="robot@partner.example")}
    mail(bench, cc=(Mailbox(address="olga@partner.example"),), **robot)
    joined = bench.look(lambda books: books.participants(ticket(bench).id))
    assert [(one.contact.email, one.quiet) for one in joined] == [
        ("robot@partner.example", True),
        ("olga@partner.example", False),
    ]
    person = {"author": robot["author"], "in_reply_to": ("<1@partner.example>",)}
    mail(bench, message_id="<2@partner.example>", **person)
    joined = bench.look(lambda books: books.participants(ticket(bench).id))
    assert [one.quiet for one in joined] == [False, False]


def test_numbers_are_counted_per_site(bench: Bench) -> None:
    def take(site: str) -> str:
        return bench.run(lambda desk: desk.books.next_number(site))

    assert [take(site) for site in ("NN", "CHE", "NN", "NN")] == [
        "NN-1",
        "CHE-1",
        "NN-2",
        "NN-3",
    ]


def test_acknowledgements_are_counted_since_a_moment(bench: Bench) -> None:
    now = datetime.now(UTC)
    for n in range(2):
        mail(bench, message_id=f"<{n}@x>", subject=f"Тема {n}")

    def count(address: str, since: datetime) -> int:
        return bench.look(lambda books: books.acknowledged_since(address, since))

    assert count(IVAN, now - timedelta(hours=1)) == 2
    assert count(IVAN, now + timedelta(hours=1)) == 0
    assert count(EVE, now - timedelta(hours=1)) == 0


def answered(bench: Bench, **more: Any) -> CommentId:
    """Let a partner write, and a specialist answer."""
    hire(bench)
    mail(bench, cc=(Mailbox(address=EVE),))
    show(bench, ticket(bench).id)
    verdict = play(bench, said("Перезагрузите.", **more))
    return CommentId(int(verdict.outcome_id or 0))


def test_an_answer_is_read_back_as_it_was_written(bench: Bench) -> None:
    comment_id = answered(bench)
    comment = bench.look(lambda books: books.comment(comment_id))
    assert comment is not None
    assert (comment.text, comment.author) == (
        "Перезагрузите.",
        bench.look(lambda books: books.specialist(ANNA_ID)),
    )
    one = ticket(bench)
    assert (one.stage, one.assignee, one.first_answer_at) == (
        "waiting",
        comment.author,
        comment.at,
    )
    assert bench.look(lambda books: books.comment(CommentId(999))) is None
    where = bench.look(lambda books: books.chat_message_of(comment_id))
    assert where == (FORUM, 50)
    assert bench.look(lambda books: books.chat_message_of(CommentId(999))) is None


def test_the_progress_of_an_answer_counts_its_mails(bench: Bench) -> None:
    comment_id = answered(bench)

    def progress() -> tuple[int, int, int]:
        now = bench.look(lambda books: books.progress(comment_id))
        return now.waiting, now.sent, now.failed

    assert progress() == (2, 0, 0)
    bench.mark(IVAN, DeliveryState.SENT)
    bench.mark(EVE, DeliveryState.UNCERTAIN)
    assert progress() == (1, 1, 0)
    bench.mark(EVE, DeliveryState.PARKED)
    assert progress() == (0, 1, 1)


def test_a_file_is_pending_until_its_bytes_come(bench: Bench) -> None:
    file = RemoteFile(remote_id="r", name="a.pdf", media_type="a/pdf", size=9)
    comment_id = answered(bench, files=(file, file))

    def states() -> list[FileState]:
        comment = bench.look(lambda books: books.comment(comment_id))
        assert comment is not None
        return [one.state for one in comment.attachments]

    comment = bench.look(lambda books: books.comment(comment_id))
    assert comment is not None
    first, second = (one.id for one in comment.attachments)
    assert states() == [FileState.PENDING, FileState.PENDING]
    play(bench, Fetched(attachment=first, content=b"%PDF"))
    bench.run(lambda desk: give_up_file(desk, second, "400"))
    assert states() == [FileState.STORED, FileState.REMOTE_ONLY]
    found = bench.look(lambda books: books.attachment(first))
    assert found is not None
    assert (found[0].size, found[1]) == (4, comment_id)
    assert bench.look(lambda books: books.attachment(999_999)) is None


@pytest.mark.parametrize("action", ["accept", "reject"])
def test_a_judgement_is_kept_with_the_comment(bench: Bench, action: str) -> None:
    hire(bench)
    know(bench, "partner.example")
    mail(bench)
    subject, author = "Re: [NN-1] Принтер", Mailbox(address=EVE)
    verdict = mail(bench, author=author, subject=subject, message_id="<eve@x>")
    subject = verdict.outcome_id or ""
    play(
        bench,
        Pressed(
            callback_id="1", chat=FORUM, author=ANNA_ID, action=action, subject=subject
        ),
    )
    comment = bench.look(lambda books: books.comment(CommentId(int(subject))))
    assert comment is not None
    assert comment.verdict == f"{action}ed"
    assert (comment.trust is Trust.UNPROVEN) == (action == "reject")
