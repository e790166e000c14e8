"""A storm of one sender's mails fills one ticket, and its topic is not flooded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.desks import letter, rules
from tests.tickets.play import Play, written_by
from tickets.letter import Mailbox, Robot
from tickets.storms import gusts as storms
from tickets.storms.storm import StormRule

ZABBIX = "zabbix@monitoring.example"
WINDOW = timedelta(minutes=10)
RULE = StormRule(name="zabbix", sender=ZABBIX, window=WINDOW, after=3)


def stormy(*more: StormRule) -> Play:
    return Play(rules=rules(storms=(RULE, *more)))


def blow(play: Play, count: int, sender: str = ZABBIX, **more: Any) -> list[str]:
    """Let a sender write so often; return the rules that decided."""
    found = []
    for n in range(count):
        subject = more.get("subject", f"Problem: disk {n}")
        mail = written_by(sender, message_id=None, subject=subject, automatic=True)
        found.append(play.handle(mail).rule)
    return found


def told(play: Play) -> list[str]:
    """Return the sentences that were told of storms so far."""
    said = [one.facts.get("notice") for one in play.records.deliveries]
    return [str(one) for one in said if str(one).startswith("storm")]


def ring(play: Play) -> None:
    """Let the timers ring that are due."""
    for (kind, subject), due in list(play.records.timers.items()):
        if kind == storms.TELLING and due is not None and due <= play.now:
            desk = play.begin()
            desk.work.timers[kind, subject] = None
            storms.tell(desk, subject)
            play.commit()


def test_so_many_open_tickets_and_the_rest_go_into_the_first() -> None:
    play = stormy()
    assert blow(play, 8) == ["new"] * 3 + ["storm"] * 5
    assert len(play.records.tickets) == 3
    first = next(iter(play.records.tickets))
    inside = [one for one in play.records.comments.values() if one.ticket_id == first]
    assert len(inside) == 6


def test_it_is_told_once_and_nothing_of_it_is_shown() -> None:
    play = stormy()
    blow(play, 3)
    shown = len([one for one in play.records.deliveries if one.kind == "comment"])
    blow(play, 50)
    kinds = [one.kind for one in play.records.deliveries]
    assert kinds.count("comment") == shown == 3
    assert told(play) == ["storm-began"]


def test_how_many_came_is_told_once_an_hour_until_none_do() -> None:
    play = stormy()
    blow(play, 5)
    for _ in range(3):
        play.now += timedelta(minutes=9)
        blow(play, 1)
    play.now += timedelta(hours=1)
    ring(play)
    counts = [one.facts.get("count") for one in play.queued("notice")]
    assert counts == [5]
    for _ in range(3):
        play.now += timedelta(hours=1)
        ring(play)
    assert told(play) == ["storm-began", "storm-goes-on"]


def test_after_a_pause_the_next_one_opens_a_ticket() -> None:
    play = stormy()
    blow(play, 6)
    play.now += WINDOW
    assert blow(play, 1) == ["new"]


def test_as_many_in_a_longer_time_are_no_storm() -> None:
    play = stormy()
    for _ in range(9):
        assert blow(play, 1) == ["new"]
        play.now += WINDOW / 3


def test_a_storm_in_a_closed_ticket_opens_one_more() -> None:
    play = stormy()
    blow(play, 6)
    first = next(iter(play.records.tickets.values()))
    play.press("close", first.number)
    assert blow(play, 3) == ["new", "storm", "storm"]
    assert len(play.records.tickets) == 4


def test_an_answer_in_a_thread_belongs_there() -> None:
    play = stormy()
    blow(play, 6)
    subject = f"Re: [{play.ticket.number}] Problem"
    assert blow(play, 1, subject=subject) == ["subject-tag"]


def test_of_another_sender_it_knows_nothing() -> None:
    play = stormy()
    blow(play, 9)
    assert blow(play, 5, "nagios@monitoring.example") == ["new"] * 5


def test_a_domain_is_one_storm_and_robots_have_one_each() -> None:
    domain = StormRule(name="all", sender="@mon.example", window=WINDOW, after=2)
    play = Play(rules=rules(storms=(domain,)))
    found = [blow(play, 1, f"host{n}@mon.example")[0] for n in range(5)]
    assert found == ["new", "new", "storm", "storm", "storm"]
    robots = StormRule(name="robots", robot=Robot.MACHINE, window=WINDOW, after=2)
    play = Play(rules=rules(storms=(robots,)))
    for sender in ("a@x.example", "b@x.example"):
        rules_seen = [
            play.handle(written_by(sender, message_id=None, robot=Robot.MACHINE)).rule
            for _ in range(3)
        ]
        assert rules_seen == ["new", "new", "storm"]
    assert play.handle(written_by("a@x.example", message_id=None)).rule == "new"


@pytest.mark.parametrize(
    ("pattern", "subject", "fits"),
    [
        ("Problem:*", "PROBLEM: disk full", True),
        ("Problem:*", "Resolved: disk full", False),
        ("*disk ?", "Problem: disk 7", True),
        ("", "", True),
    ],
)
def test_a_subject_is_held_against_its_pattern(
    pattern: str, subject: str, fits: bool
) -> None:
    rule = StormRule(name="r", window=WINDOW, after=1, subject=pattern)
    key = rule.key(letter(subject=subject), Mailbox(address="A@b.example"))
    assert key == ("r/a@b.example" if fits else None)


def test_no_pattern_takes_long() -> None:
    rule = StormRule(name="r", window=WINDOW, after=1, subject="*a" * 40 + "b")
    mail = letter(subject="a" * 5000)
    assert rule.key(mail, Mailbox(address="a@b.example")) is None


def test_a_storm_changes_no_stage_and_answers_nobody() -> None:
    play = stormy()
    blow(play, 3)
    first = next(iter(play.records.tickets.values()))
    play.press("resolve", first.number)
    blow(play, 1)
    assert play.records.tickets[first.id].stage == "resolved"
    assert play.types() == ["comment-added"]
    assert [one.kind for one in play.work.deliveries] == ["notice"]
