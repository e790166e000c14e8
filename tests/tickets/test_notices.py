"""Who is told what as a ticket goes its way."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

import pytest

from tests.desks import rules
from tests.tickets.play import BORIS, IVAN, Play, unproven, written_by
from tests.tickets.test_staff import OLGA, file, moved, opened
from tickets import lanes
from tickets.letter import Mailbox
from tickets.notices import is_machine
from tickets.people import add_participant
from tickets.process import DEFAULT, Process, Reader
from tickets.stages import assign, to_stage
from tickets.words import Medium

STAGES = ("accepted", "taken", "resolved", "closed", "reopened")
BY_ANNA = "specialist:7"


def told(play: Play) -> list[tuple[str, str, object]]:
    """Return the mails of the last arrival: to whom, of what, by whom."""
    return [
        (one.target, one.kind, one.facts.get("who"))
        for one in play.queued(*STAGES)
        if one.medium is Medium.MAIL
    ]


def to_both(notice: str, who: str = BY_ANNA) -> list[tuple[str, str, object]]:
    return [(IVAN, notice, who), (OLGA, notice, who)]


@pytest.mark.parametrize(
    ("action", "notice"),
    [("take", "taken"), ("resolve", "resolved"), ("close", "closed")],
)
def test_each_participant_is_told_once_who_did_it(action: str, notice: str) -> None:
    play = opened()
    play.press(action)
    assert told(play) == to_both(notice)
    assert {one.lane for one in play.queued(notice)} == {
        lanes.mail("NN-1", IVAN),
        lanes.mail("NN-1", OLGA),
    }
    play.press(action)
    assert told(play) == []


def test_a_ticket_that_is_resolved_and_then_closed_is_told_of_both() -> None:
    play = opened()
    play.press("resolve")
    play.press("close", author=BORIS.telegram_id)
    assert told(play) == to_both("closed", "specialist:8")


def test_who_has_it_now_is_told_when_it_changes_hands() -> None:
    play = opened()
    play.press("take")
    play.press("take", author=BORIS.telegram_id)
    assert told(play) == to_both("taken", "specialist:8")
    assert play.queued("notice") == [], "who took it knows"


def test_an_answer_tells_by_itself_who_has_it_and_that_it_is_open() -> None:
    play = opened()
    play.say("Посмотрим.")
    assert told(play) == []
    play.press("close")
    play.say("Ещё одно.", files=(file(),))
    assert play.ticket.stage == "waiting"
    assert told(play) == []
    play.say("// заметка")
    assert told(play) == []


def test_the_partners_word_opens_it_again_and_all_are_told_who_wrote() -> None:
    play = opened()
    play.press("close")
    play.reply()
    ivan = play.ticket.requester.id
    assert told(play) == to_both("reopened", f"contact:{ivan}")
    play.reply()
    assert told(play) == []


def test_the_end_of_waiting_is_told_to_nobody() -> None:
    play = opened()
    play.say("Какая модель?")
    play.reply(text="Седьмая.")
    assert play.ticket.stage == "in-progress"
    assert told(play) == []


def test_a_topic_moved_by_hand_tells_as_the_buttons_do() -> None:
    play = opened()
    play.handle(moved(play, closed=True))
    assert told(play) == to_both("closed")
    play.handle(moved(play, closed=False))
    assert told(play) == to_both("reopened")


@pytest.mark.parametrize(
    "more",
    [{"automatic": True}, {"author": Mailbox(address="no-reply@partner.example")}],
    ids=["said so", "by its name"],
)
def test_a_machine_that_wrote_is_told_nothing_and_its_people_are(
    more: dict[str, object],
) -> None:
    play = Play()
    play.mail(cc=(Mailbox(address=OLGA),), **more)
    assert told(play) == []
    play.press("close")
    assert told(play) == [(OLGA, "closed", BY_ANNA)]
    assert len(play.records.participants(play.ticket.id)) == 2


def test_an_automatic_answer_is_answered_by_nothing() -> None:
    play = opened()
    play.press("close")
    play.reply(automatic=True)
    assert told(play) == []
    assert play.ticket.stage == "closed"


def test_a_machine_that_joins_later_is_told_nothing() -> None:
    play = opened()
    play.reply("robot@partner.example", automatic=True)
    assert ("robot@partner.example", "cc") in play.people
    play.press("take")
    assert told(play) == to_both("taken")


def test_who_writes_without_a_return_path_is_told_nothing() -> None:
    play = opened()
    play.press("close")
    nobody = written_by(IVAN, message_id="<n@x>", in_reply_to=("<1@partner.example>",))
    play.handle(type(nobody)(letter=nobody.letter, mail_from="", rcpt_tos=()))
    assert play.ticket.stage == "in-progress"
    assert told(play) == []


def test_what_came_over_the_cap_is_not_told_of_later_either() -> None:
    play = Play(rules=rules(acknowledgements_a_day=1))
    for number in (1, 2):
        play.mail(message_id=f"<{number}@x>", cc=(Mailbox(address=OLGA),))
    play.press("close", "NN-2")
    assert told(play) == []
    play.press("close", "NN-1")
    assert told(play) == to_both("closed")


def test_who_was_quiet_and_writes_as_people_do_is_told_again() -> None:
    play = Play()
    play.mail(automatic=True)
    play.reply(automatic=True)
    assert "participant-added" not in play.types()
    play.reply()
    (joined,) = [one for one in play.work.events if one.type == "participant-added"]
    assert joined.data == {
        "contact": play.ticket.requester.id,
        "role": "requester",
        "quiet": False,
    }
    play.press("close")
    assert told(play) == [(IVAN, "closed", BY_ANNA)]
    play.reply()
    assert "participant-added" not in play.types()


def test_who_is_over_the_cap_stays_quiet_until_a_day_is_over() -> None:
    play = Play(rules=rules(acknowledgements_a_day=1))
    for number in (1, 2):
        play.mail(message_id=f"<{number}@x>")
    play.reply(in_reply_to=("<2@x>",))
    play.press("close", "NN-2")
    assert told(play) == []
    play.now += timedelta(days=1)
    play.reply(in_reply_to=("<2@x>",))
    play.press("close", "NN-2")
    assert told(play) == [(IVAN, "closed", BY_ANNA)]


def test_an_unproven_author_is_told_nothing_before_they_are_accepted() -> None:
    play = Play()
    comment = unproven(play)
    play.press("close", "NN-1")
    assert told(play) == [(IVAN, "closed", BY_ANNA)]
    play.press("accept", str(comment.id))
    assert [one[:2] for one in told(play)] == [(IVAN, "reopened")]
    play.press("close", "NN-1")
    assert [one[0] for one in told(play)] == [IVAN, "eve@partner.example"]


def test_we_never_tell_ourselves() -> None:
    play = opened()
    us = play.ticket.requester
    desk = play.begin()
    signed = desk.rules.signer.reply_address("NN-1", IVAN)
    ours = type(us)(id=us.id, name="us", email=signed)
    assert add_participant(desk, play.ticket, ours, role="cc") == play.ticket


def test_who_is_assigned_by_another_is_called_in_the_topic() -> None:
    play = opened()
    assign(play.begin(), play.ticket, BORIS, actor=BY_ANNA)
    play.commit()
    (called,) = play.queued("notice")
    assert called.facts == {
        "notice": "assigned",
        "reply_to": None,
        "assignee": "Борис",
        "mention": BORIS.telegram_id,
        "stage": "new",
    }
    assert told(play) == to_both("taken", "specialist:8")
    assert play.ticket.stage == "assigned"


def quiet_about(*stages: str) -> Process:
    told_of = {one: how for one, how in DEFAULT.told.items() if one not in stages}
    return Process(
        name="p", transitions=DEFAULT.transitions, told=MappingProxyType(told_of)
    )


def test_a_process_says_what_is_told() -> None:
    play = Play(rules=rules(process=quiet_about("new", "assigned", "closed")))
    play.mail()
    assert play.queued("accepted") == []
    play.press("take")
    assert told(play) == []
    assign(play.begin(), play.ticket, BORIS, actor=BY_ANNA)
    assert play.queued("notice") == []
    play.press("resolve")
    assert told(play) == [(IVAN, "resolved", BY_ANNA)]
    play.press("close")
    assert told(play) == []


def test_a_stage_of_the_operators_own_may_be_told() -> None:
    ways = {**DEFAULT.transitions, "new": frozenset({"on-site"})}
    own = {"on-site": {Reader.PARTNER: "taken"}}
    process = Process(name="p", transitions=ways, told=own)
    play = Play(rules=rules(process=process))
    play.mail()
    to_stage(play.begin(), play.ticket, "on-site", actor=BY_ANNA)
    assert told(play) == [(IVAN, "taken", BY_ANNA)]


@pytest.mark.parametrize(
    "address",
    [
        "noreply@x.example",
        "No-Reply@x.example",
        "do_not.reply@x.example",
        "MAILER-DAEMON@x.example",
        "owner-list@x.example",
        "list-request@x.example",
        "list-bounces@x.example",
    ],
)
def test_some_addresses_say_that_nobody_reads_them(address: str) -> None:
    assert is_machine(address)


@pytest.mark.parametrize(
    "address",
    ["ivan@noreply.example", "requests@x.example", "owner@x.example", "norely@x", ""],
)
def test_other_addresses_may_be_peoples(address: str) -> None:
    assert not is_machine(address)
