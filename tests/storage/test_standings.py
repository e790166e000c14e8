"""What the people on a ticket need is found alike in memory and in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.people import add_specialist
from tests.desks import rules
from tests.storage.desk import (
    ANNA_ID,
    Bench,
    InMemory,
    InStore,
    hire,
    mail,
    play,
    said,
    show,
)
from tickets import registry, stages
from tickets.letter import Mailbox
from tickets.model import ContactId, Ticket, TicketId
from tickets.post.subjects import subject_key
from tickets.registry import NotRegistered
from tickets.storms.storm import Opening, Storm
from tickets.talk import Left
from tickets.wishes.leave_links import LeaveLink
from tickets.words import DeliveryState, Role
from tickets.work import Work

IVAN, OLGA = "ivan@partner.example", "olga@partner.example"
SUBJECT = "Не печатает принтер"
KEY = subject_key(SUBJECT) or ""
DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


def people(bench: Bench, *emails: str) -> list[ContactId]:
    known = bench.look(lambda books: books.contacts(sorted(emails)))
    return [known[one].id for one in emails if one in known]


def about(
    bench: Bench, *emails: str, key: str = KEY, opened: datetime | None = None
) -> list[str]:
    """Return the numbers of tickets about something that these people are on."""
    who = people(bench, *emails)
    found = bench.run(
        lambda desk: desk.books.tickets_about(
            key, who, heard_since=now() - DAY, opened_since=opened or now() - DAY
        )
    )
    return [one.number for one in found]


def ticket(bench: Bench, number: str = "NN-1") -> Ticket:
    found = bench.look(lambda books: books.ticket_by_number(number))
    assert found is not None
    return found


def leave(bench: Bench, email: str, number: str = "NN-1") -> str:
    [contact] = people(bench, email)
    link = LeaveLink(contact_id=contact, ticket_id=ticket(bench, number).id)
    return play(bench, Left(link=link)).rule


def test_tickets_are_found_by_their_subject_and_people(bench: Bench) -> None:
    mail(bench, cc=(Mailbox(address=OLGA),))
    mail(bench, subject="Сканер", message_id="<2@x>")
    mail(bench, author=Mailbox(address="eve@else.example"), message_id="<3@x>")
    assert about(bench, IVAN) == about(bench, OLGA, IVAN) == ["NN-1"]
    assert about(bench, IVAN, "eve@else.example") == ["NN-1", "NN-3"]
    assert about(bench) == []
    assert about(bench, IVAN, key=subject_key("Не сканирует сканер") or "") == []


def test_an_older_one_is_not_found(bench: Bench) -> None:
    mail(bench)
    assert about(bench, IVAN, opened=now()) == []


def test_a_closed_one_is_not_found(bench: Bench) -> None:
    mail(bench)
    first = ticket(bench)
    bench.run(lambda desk: stages.to_stage(desk, first, "closed", actor="operator"))
    assert about(bench, IVAN) == []


def test_who_left_is_on_it_no_more_until_they_are_back(bench: Bench) -> None:
    mail(bench, cc=(Mailbox(address=OLGA),))
    first = ticket(bench)
    assert leave(bench, OLGA) == "left"
    assert leave(bench, OLGA) == "left-already"
    assert about(bench, OLGA) == []
    gone = bench.look(lambda books: books.departed(first.id))
    assert gone == frozenset(people(bench, OLGA))
    assert joined(bench, first) == [(IVAN, "requester")]
    assert tickets_of(bench, OLGA) == []
    mail(
        bench,
        author=Mailbox(address=OLGA),
        message_id="<2@x>",
        in_reply_to=("<1@partner.example>",),
    )
    assert joined(bench, first) == [(IVAN, "requester"), (OLGA, "cc")]
    assert bench.look(lambda books: books.departed(first.id)) == frozenset()
    assert tickets_of(bench, OLGA) == [first.id]


def joined(bench: Bench, one: Ticket) -> list[tuple[str | None, str]]:
    found = bench.look(lambda books: books.participants(one.id))
    return [(p.contact.email, p.role) for p in found]


def tickets_of(bench: Bench, email: str) -> list[TicketId]:
    [contact] = people(bench, email)
    return bench.look(lambda books: books.tickets_of(contact, most=9))


def test_a_storm_is_remembered(bench: Bench) -> None:
    first = mail(bench).ticket_id or TicketId(0)
    assert bench.run(lambda desk: desk.books.storm("r/a@b")) == Storm(key="r/a@b")
    seen = Storm(
        key="r/a@b",
        recent=(Opening(at=now(), ticket_id=first),),
        parent=first,
        last_at=now(),
        untold=7,
    )

    def remember(desk: Any) -> None:
        desk.books.storm(seen.key)
        desk.work.storms[seen.key] = seen

    bench.run(remember)
    assert bench.run(lambda desk: desk.books.storm("r/a@b")) == seen
    assert bench.look(lambda books: books.storm("r/a@b")) == seen
    assert bench.look(lambda books: books.storm("other")) == Storm(key="other")


def test_it_is_known_how_a_ticket_stands(bench: Bench) -> None:
    hire(bench)
    first = mail(bench).ticket_id or TicketId(0)
    show(bench, first)
    asked = bench.look(lambda books: books.standing([first]))
    assert asked[first].since == ticket(bench).opened_at
    assert (asked[first].answer, asked[first].answered_at) == ("", None)
    play(bench, said("Первый ответ."))
    play(bench, said("Второй ответ."))
    bench.mark(IVAN, DeliveryState.SENT)
    play(bench, said("Ответ, который ещё не ушёл."))
    play(bench, said("// заметка"))
    stands = bench.look(lambda books: books.standing([first]))[first]
    assert stands.answer == "Второй ответ."
    assert stands.since > ticket(bench).opened_at
    assert stands.answered_at is not None
    assert bench.look(lambda books: books.standing([])) == {}


def test_what_was_asked_for_is_counted(bench: Bench) -> None:
    mail(bench)
    for n in range(3):
        mail(bench, subject="Статус NN-1", text="", message_id=f"<{n}@q>")

    def told(since: datetime) -> int:
        return bench.look(lambda books: books.told_since(IVAN, since))

    assert told(now() - DAY) == 3
    assert told(now()) == 0
    assert bench.look(lambda books: books.told_since(OLGA, now() - DAY)) == 0


def test_staff_are_known_by_their_addresses(bench: Bench) -> None:
    anna = bench.run(
        lambda desk: registry.add_specialist(
            desk.work,
            name="Анна",
            telegram_id=ANNA_ID,
            site="NN",
            role=Role.SPECIALIST,
            email="Anna@Desk.example",
        )
    )
    assert anna.email == "anna@desk.example"
    found = bench.look(lambda books: books.specialist_by_email("anna@desk.example"))
    assert found == anna
    assert bench.look(lambda books: books.specialist_by_email(OLGA)) is None


@pytest.mark.parametrize("email", ["", "anna", "a b@c.example", "@desk.example"])
def test_what_is_no_address_is_refused(email: str) -> None:
    bench = InMemory()
    with pytest.raises(NotRegistered, match="is no address as anna"):
        bench.run(
            lambda desk: registry.add_specialist(
                desk.work,
                name="Анна",
                telegram_id=1,
                site="NN",
                role=Role.LEAD,
                email=email,
            )
        )


def test_two_of_staff_have_not_one_address(bench: Bench) -> None:
    if not isinstance(bench, InStore):
        return

    def add(telegram_id: int) -> None:
        def job(tx: Any) -> None:
            add_specialist(
                tx,
                Work(now=tx.now, ids=tx.ids),
                name="Анна",
                telegram_id=telegram_id,
                site="NN",
                role=Role.LEAD,
                email="anna@desk.example",
            )

        bench.store.write(job)

    bench.run(
        lambda desk: registry.add_specialist(
            desk.work,
            name="Анна",
            telegram_id=1,
            site="NN",
            role=Role.LEAD,
            email="anna@desk.example",
        )
    )
    with pytest.raises(NotRegistered, match="is Анна's already"):
        add(2)


def test_a_mail_without_its_thread_goes_on_with_the_ticket(bench: Bench) -> None:
    assert isinstance(bench, InMemory | InStore)
    bench.rules = rules(same_subject=3 * DAY)
    mail(bench, cc=(Mailbox(address=OLGA),))
    verdict = mail(
        bench,
        author=Mailbox(address=OLGA),
        subject=f"Re: {SUBJECT}",
        message_id="<2@x>",
    )
    assert verdict.rule == "same-subject"
