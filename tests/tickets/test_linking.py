"""A link that was mailed lets a Telegram account be its reader's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.play import IVAN, PARTNER, Play
from tests.tickets.test_private import OLGA, Chat
from tickets.invitations import LIFE, Invitation, invite, read_invitation
from tickets.letter import Mailbox
from tickets.model import Contact, ContactId
from tickets.talk import Blocked, Person
from tickets.words import Medium, Outcome, Trust
from tickets.work import ChatLink

PAVEL = 2002


@pytest.fixture
def play() -> Play:
    made = Play()
    made.mail()
    return made


@pytest.fixture
def chat(play: Play) -> Chat:
    return Chat(play)


def ivan(play: Play) -> Contact:
    return play.records.people[IVAN]


def link(play: Play, contact: Contact | None = None, *, after: int = 0) -> str:
    """Return the token that a mail to a contact would have."""
    ends = play.now + LIFE + timedelta(seconds=after)
    invitation = Invitation(contact_id=(contact or ivan(play)).id, expires_at=ends)
    return invite(play.rules.signer.keys[0], invitation)


def test_the_account_is_the_contacts_from_then_on(play: Play, chat: Chat) -> None:
    verdict = chat.write(link(play), command="start")
    assert (verdict.outcome, verdict.rule) == (Outcome.COMMAND, "linked")
    assert chat.told() == ["linked"]
    assert ivan(play).telegram == OLGA.id
    [event] = play.work.events
    assert (event.type, event.seq) == ("changed", 2)
    assert str(OLGA.id) not in str(event.data)
    chat.write("Из чата", command="new")
    assert play.ticket.requester.id == ivan(play).id
    assert play.ticket.organisation == PARTNER
    assert play.comment.trust is Trust.PROVEN


def test_a_link_serves_once(play: Play, chat: Chat) -> None:
    token = link(play)
    chat.write(token, command="start")
    chat.write(token, command="start")
    assert chat.told() == ["linked-already"]
    other = Chat(play, Person(id=PAVEL, name="Павел"))
    other.write(token, command="start")
    assert other.told() == ["link-used"]
    other.write(link(play, after=5), command="start")
    assert other.told() == ["link-used"]  # one account a contact
    assert ivan(play).telegram == OLGA.id


def test_a_link_ends(play: Play, chat: Chat) -> None:
    token = link(play)
    play.now += LIFE
    chat.write(token, command="start")
    assert chat.told() == ["link-expired"]
    assert ivan(play).telegram is None


@pytest.mark.parametrize("forged", ["x", "А" * 38, "a" * 38, "-" * 64])
def test_what_is_no_link_of_ours_is_said_so(chat: Chat, forged: str) -> None:
    chat.write(forged, command="start")
    assert chat.told() == ["link-unknown"]


def test_a_link_of_another_desks_secret_is_not_ours(play: Play, chat: Chat) -> None:
    invitation = Invitation(contact_id=ivan(play).id, expires_at=play.now + LIFE)
    chat.write(invite(b"another", invitation), command="start")
    assert chat.told() == ["link-unknown"]


def test_an_account_of_another_contact_stays_theirs(play: Play, chat: Chat) -> None:
    play.mail(
        message_id="<2@partner.example>",
        cc=(Mailbox(address="petr@partner.example"),),
    )
    petr = play.records.people["petr@partner.example"]
    chat.write(link(play), command="start")
    chat.write(link(play, petr), command="start")
    assert chat.told() == ["link-foreign"]
    assert play.records.people["petr@partner.example"].telegram is None


def test_requests_made_before_the_link_stay_in_the_chat(play: Play, chat: Chat) -> None:
    before = chat.write("Пока незнакомка").ticket_id
    assert before is not None
    stranger = play.ticket.requester
    chat.write(link(play), command="start")
    assert play.records.contact(stranger.id).contact.telegram is None  # type: ignore[union-attr] # it was met
    play.say("Ответ незнакомке")
    assert [one.kind for one in chat.sent()] == ["answer"]
    assert chat.write("Спасибо").ticket_id == before
    assert play.comment.trust is Trust.PROVEN


def test_the_answer_comes_the_way_they_wrote_last(play: Play, chat: Chat) -> None:
    chat.write(link(play), command="start")
    play.say("Первый ответ")
    assert [one.medium for one in play.queued("answer")] == [Medium.MAIL]
    chat.write("Из чата", command="new")
    play.say("Второй ответ")
    assert [one.medium for one in play.queued("answer")] == [Medium.TELEGRAM]
    play.handle(Blocked(chat=OLGA.id, blocked=True))
    play.say("Третий ответ")
    assert [one.medium for one in play.queued("answer")] == [Medium.MAIL]


def test_who_was_quiet_by_mail_is_a_person_in_the_chat(play: Play, chat: Chat) -> None:
    play.mail(message_id="<2@partner.example>", automatic=True)
    shown = ChatLink(chat=OLGA.id, message_id=900, ticket_id=play.ticket.id)
    play.records.talks.append(shown)
    chat.write(link(play), command="start")
    chat.write("Это я", reply_to=900)
    assert [one.quiet for one in play.records.participants(play.ticket.id)] == [False]
    chat.write("И ещё", reply_to=900)
    assert play.types() == ["comment-added"]


@given(
    contact=st.integers(min_value=1, max_value=2**63),
    token=st.text(max_size=70),
    key=st.binary(min_size=1),
)
def test_a_token_is_read_back_and_nothing_else_is(
    contact: int, token: str, key: bytes
) -> None:
    ends = Play().now
    invitation = Invitation(contact_id=ContactId(contact), expires_at=ends)
    made = invite(key, invitation)
    assert len(made) <= 64
    assert read_invitation((b"newer", key), made) == invitation
    assert read_invitation((key,), token) is None
    assert read_invitation((key,), made[:-1] + chr(ord(made[-1]) ^ 1)) != invitation
