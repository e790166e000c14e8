"""Who is blocked is not heard, by whichever way they come."""

from __future__ import annotations

import pytest

from tests.desks import SUPPORT, rules
from tests.tickets.play import IVAN, PARTNER, Play, written_by
from tests.tickets.test_private import OLGA, Chat
from tickets.gate.blocking import Blocking, block, block_partner, upwards
from tickets.letter import Mailbox
from tickets.registry import NotRegistered

EVE = "eve@spam.example"


def blocked(play: Play, subject: str, *, heard: bool = False) -> bool:
    wish = Blocking(subject=subject, blocked=not heard, actor="operator")
    done = block(play.begin(), wish)
    play.commit()
    return done


def partner_blocked(play: Play, *, heard: bool = False) -> bool:
    desk = play.begin()
    known = desk.books.organisation(PARTNER.id)
    assert known is not None
    done = block_partner(desk, known, blocked=not heard, actor="operator")
    play.commit()
    return done


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.mark.parametrize(
    ("subject", "sender", "heard"),
    [
        (EVE, EVE, False),
        ("Eve@Spam.Example", EVE, False),
        (EVE, "adam@spam.example", True),
        ("@spam.example", EVE, False),
        ("@spam.example", "eve@mx.spam.example", False),
        ("@spam.example", "eve@notspam.example", True),
        ("@mx.spam.example", EVE, True),
    ],
)
def test_who_is_blocked_is_not_heard_and_nobody_is_told(
    play: Play, subject: str, sender: str, *, heard: bool
) -> None:
    assert blocked(play, subject)
    before = len(play.records.events)
    verdict = play.handle(written_by(sender))
    assert (verdict.rule == "blocked") is not heard
    if not heard:
        assert verdict.outcome == "ignored"
        assert not play.work.deliveries
        assert len(play.records.events) == before
    assert blocked(play, subject, heard=True)
    assert play.handle(written_by(sender, message_id="<2@x>")).outcome == "ticket"


def test_on_their_own_ticket_they_are_not_heard_either(play: Play) -> None:
    play.mail()
    assert blocked(play, IVAN)
    assert play.reply().rule == "blocked"
    assert len(play.records.comments) == 1
    assert not blocked(play, IVAN)
    assert blocked(play, IVAN, heard=True)
    assert play.reply().outcome == "comment"


def test_nobody_of_a_blocked_partner_is_heard(play: Play) -> None:
    play.mail()
    assert partner_blocked(play)
    assert play.reply().rule == "blocked"
    assert play.handle(written_by("new@partner.example")).rule == "blocked"
    assert not partner_blocked(play)
    assert partner_blocked(play, heard=True)
    assert play.reply().outcome == "comment"


def test_each_change_has_its_event(play: Play) -> None:
    play.mail()
    blocked(play, IVAN)
    (event,) = play.work.events
    assert (event.stream[:8], event.seq, event.actor) == ("contact:", 2, "operator")
    assert event.data["blocked"] is True
    blocked(play, IVAN, heard=True)
    (event,) = play.work.events
    assert "blocked" not in event.data
    partner_blocked(play)
    (event,) = play.work.events
    assert (event.stream, event.data["blocked"]) == (f"organisation:{PARTNER.id}", True)
    assert event.content["domains"] == ["partner.example"]


def test_somebody_new_is_taken_down_as_blocked(play: Play) -> None:
    assert blocked(play, "new@partner.example")
    assert play.records.people["new@partner.example"].organisation == PARTNER
    (event,) = play.work.events
    assert (event.seq, event.data["blocked"]) == (1, True)
    assert not blocked(play, "other@x.example", heard=True)
    assert not play.work.events


def test_a_partner_in_telegram_is_not_heard(play: Play) -> None:
    chat = Chat(play)
    chat.write("Принтер")
    assert blocked(play, f"telegram:{OLGA.id}")
    assert chat.write("Ещё").rule == "blocked"
    assert chat.write(command="start").rule == "blocked"
    assert not play.work.deliveries
    assert blocked(play, f"telegram:{OLGA.id}", heard=True)
    assert chat.write("Ещё").outcome == "comment"


def test_a_stranger_in_telegram_may_be_blocked_before_they_write(play: Play) -> None:
    assert blocked(play, f"telegram:{OLGA.id}")
    assert Chat(play).write("Принтер").rule == "blocked"


def test_whom_a_partner_names_besides_is_left_out_if_blocked(play: Play) -> None:
    blocked(play, EVE)
    play.mail(cc=(Mailbox(address=EVE), Mailbox(address="olga@partner.example")))
    assert [email for email, _ in play.people] == [IVAN, "olga@partner.example"]


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("Ivan", "no address"),
        ("telegram:Ivan", "no address"),
        ("@", "no mail domain"),
        ("@mail.ru", r"mail\.public_domains"),
        ("@partner.example", "block the partner"),
        ("@example.org", "the desk's own"),
        (SUPPORT, "the desk's own"),
    ],
)
def test_what_cannot_be_blocked_is_told(subject: str, problem: str) -> None:
    play = Play(rules=rules(public_domains=frozenset({"mail.ru"})))
    with pytest.raises(NotRegistered, match=problem):
        blocked(play, subject)


def test_a_domain_leads_upwards_but_not_to_the_top() -> None:
    assert upwards("a.b.example") == ["a.b.example", "b.example"]
    assert upwards("example") == ["example"]


def test_who_writes_from_another_address_is_the_same_person(play: Play) -> None:
    """Else a mail would have nobody left who could open the ticket."""
    play.handle(written_by(EVE))
    play.records.people["eve@home.example"] = play.records.people[EVE]
    blocked(play, "@spam.example")
    for cc in ((), (Mailbox(address=IVAN),)):
        sent = written_by("eve@home.example", message_id="<2@x>", cc=cc)
        assert play.handle(sent).rule == "blocked"


@pytest.mark.parametrize("theirs", ["spam.example", "it.spam.example"])
def test_a_domain_that_became_a_partners_is_heard(play: Play, theirs: str) -> None:
    """Nobody would know why the new partner is not."""
    blocked(play, "@spam.example")
    play.records.partners[theirs] = PARTNER
    assert play.handle(written_by(f"a@{theirs}")).rule == "new"
    assert play.people == [(f"a@{theirs}", "requester")]
    assert play.handle(written_by("x@mx.spam.example")).rule == "blocked"
    partner_blocked(play)
    assert play.handle(written_by(f"b@{theirs}")).rule == "blocked"
