"""Private chats: whose they are, and what they are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage import accounts, bots
from storage.store import Store
from storage.transaction import Transaction
from tests.storage.desk import Bench, InStore, mail, play
from tickets.books import Books
from tickets.invitations import LIFE, Invitation, invite
from tickets.model import Contact
from tickets.talk import Blocked, Person, Wrote
from tickets.verdict import Verdict
from tickets.work import ChatLink, SpentLink, Work

OLGA = Person(id=2**40, name="Ольга", language="ru")
IVAN = "ivan@partner.example"


def write(bench: Bench, message_id: int, words: str = "", **more: Any) -> Verdict:
    return play(bench, Wrote(person=OLGA, message_id=message_id, text=words, **more))


def ivan(bench: Bench) -> Contact:
    return bench.look(lambda books: books.contacts([IVAN]))[IVAN]


def link(bench: Bench) -> str:
    ends = datetime.now(UTC) + LIFE
    invitation = Invitation(contact_id=ivan(bench).id, expires_at=ends)
    key = bench.run(lambda desk: desk.rules.signer.keys[0])
    return invite(key, invitation)


def test_a_persons_chat_is_theirs_and_leads_to_its_ticket(bench: Bench) -> None:
    opened = write(bench, 1, "Принтер")
    added = write(bench, 2, "И сканер")
    assert added.ticket_id == opened.ticket_id

    def look(books: Books) -> None:
        known = books.contact_in_chat(OLGA.id)
        assert known is not None
        assert (known.contact.telegram, known.contact.email) == (OLGA.id, None)
        assert known.version == 1
        assert books.contact(known.contact.id) == known
        assert books.contact_in_chat(5) is None
        assert books.ticket_of_message(OLGA.id, 2) == opened.ticket_id
        assert books.ticket_of_message(OLGA.id, 3) is None
        assert books.tickets_of(known.contact.id, most=9) == [opened.ticket_id]

    bench.look(look)


def test_our_own_words_do_not_take_back_the_wish_for_a_new_ticket(
    bench: Bench,
) -> None:
    opened = write(bench, 1, "Принтер")
    write(bench, 2, command="new")
    ours = ChatLink(chat=OLGA.id, message_id=3, ticket_id=opened.ticket_id)
    bench.run(lambda desk: desk.work.chat_links.append(ours))
    assert write(bench, 4, "Сканер").ticket_id != opened.ticket_id
    assert write(bench, 5, "Да", reply_to=3).ticket_id == opened.ticket_id


def test_an_account_passes_to_the_contact_whose_link_it_was(bench: Bench) -> None:
    mail(bench)
    before = write(bench, 1, "Принтер").ticket_id
    assert before is not None
    token = link(bench)
    assert write(bench, 2, token, command="start").rule == "linked"
    assert ivan(bench).telegram == OLGA.id
    assert write(bench, 3, token, command="start").rule == "linked-already"

    def look(books: Books) -> None:
        assert books.is_spent(token)
        assert not books.is_spent("another")
        assert books.is_answered_in_chat(before, ivan(bench))
        people = books.participants(before)
        assert [one.contact.telegram for one in people] == [None, OLGA.id]
        versions = [books.contact(one.contact.id) for one in people]
        assert [one.version for one in versions if one] == [2, 2]

    bench.look(look)
    play(bench, Blocked(chat=OLGA.id, blocked=True))
    assert not bench.look(lambda books: books.is_answered_in_chat(before, ivan(bench)))


def test_the_way_is_that_of_their_last_word_on_the_ticket(bench: Bench) -> None:
    by_mail = mail(bench).ticket_id
    assert by_mail is not None
    write(bench, 1, link(bench), command="start")
    by_chat = write(bench, 2, "Ещё").ticket_id
    assert by_chat is not None
    assert not bench.look(lambda books: books.is_answered_in_chat(by_mail, ivan(bench)))
    assert bench.look(lambda books: books.is_answered_in_chat(by_chat, ivan(bench)))
    reply = {"message_id": "<2@x>", "subject": "Re: [NN-2] Ещё"}
    assert mail(bench, **reply).ticket_id == by_chat
    assert not bench.look(lambda books: books.is_answered_in_chat(by_chat, ivan(bench)))


def test_the_account_that_a_link_gave_is_verified(store: Store) -> None:
    bench = InStore(store=store)
    mail(bench)
    write(bench, 1, link(bench), command="start")
    found = text("SELECT verified FROM address WHERE kind = 'telegram'")
    assert store.read(lambda tx: bool(tx.run(found).scalar_one()))


def test_a_link_is_spent_once_whoever_is_quicker(store: Store) -> None:
    token = "used"  # noqa: S105 # what it opens is of this test alone

    def spend(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        ends = tx.now + timedelta(days=1)
        spent = SpentLink(token=token, subject="contact:1", expires_at=ends)
        work.spent_links.append(spent)
        accounts.give_accounts(tx, work)

    store.write(spend)
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        store.write(spend)


def test_the_bot_is_known_by_its_newest_name(store: Store) -> None:
    assert store.read(bots.username) is None
    for name in ("old_bot", "desk_bot"):
        store.write(lambda tx, name=name: bots.remember(tx, name))  # type: ignore[misc] # bound now
    assert store.read(bots.username) == "desk_bot"
