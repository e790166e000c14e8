"""The process: which stage may follow which, and what the steps leave behind."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from tests.desks import rules
from tests.tickets.play import ANNA, Play
from tickets import stages
from tickets.process import DEFAULT, Process, TransitionError
from tickets.words import EventType

#: A process that lets a ticket only begin and end.
NARROW = Process(
    name="narrow",
    transitions=MappingProxyType(
        {
            "new": frozenset({"closed"}),
            "closed": frozenset[str](),
            "waiting": frozenset(),
        }
    ),
)


@pytest.mark.parametrize("source", DEFAULT.stages)
def test_every_stage_but_an_ended_one_may_be_closed(source: str) -> None:
    assert DEFAULT.allows(source, "closed") == (source != "closed")


def test_a_way_that_is_not_there_names_both_ends() -> None:
    with pytest.raises(TransitionError, match="'closed' to 'waiting'") as caught:
        DEFAULT.check("closed", "waiting")
    assert (caught.value.source, caught.value.target) == ("closed", "waiting")


def test_a_ticket_in_a_stage_that_is_no_more_may_go_to_any_that_is() -> None:
    assert DEFAULT.allows("on-hold", "closed")
    assert not DEFAULT.allows("on-hold", "on-hold")


def move(play: Play, stage: str) -> list[str]:
    desk = play.begin()
    stages.to_stage(desk, play.ticket, stage, actor="system")
    play.commit()
    return play.types()


def test_resolving_closing_and_reopening_keep_the_times_true() -> None:
    play = Play()
    play.mail()
    assert move(play, "resolved") == [EventType.STAGE_CHANGED]
    resolved = play.now
    assert (play.ticket.resolved_at, play.ticket.closed_at) == (resolved, None)
    assert move(play, "closed") == [EventType.CLOSED]
    assert (play.ticket.resolved_at, play.ticket.closed_at) == (resolved, play.now)
    assert move(play, "in-progress") == [EventType.REOPENED]
    assert (play.ticket.resolved_at, play.ticket.closed_at) == (None, None)
    assert move(play, "closed") == [EventType.CLOSED]
    assert (play.ticket.resolved_at, play.ticket.closed_at) == (play.now, play.now)


def test_a_step_to_the_stage_it_is_in_changes_nothing() -> None:
    play = Play()
    play.mail()
    assert move(play, "new") == []


def test_closing_and_reopening_say_from_and_to() -> None:
    play = Play()
    play.mail()
    for stage, said in (
        ("closed", {"from": "new", "to": "closed"}),
        ("in-progress", {"from": "closed", "to": "in-progress"}),
    ):
        move(play, stage)
        assert play.work.events[0].data == said


def test_two_changes_at_once_queue_one_card() -> None:
    play = Play()
    play.mail()
    stages.assign(play.begin(), play.ticket, ANNA, actor="system")
    play.commit()
    assert play.types() == [EventType.ASSIGNED, EventType.STAGE_CHANGED]
    assert len(play.queued("card")) == 1


@pytest.mark.parametrize("stage", ["closed", "waiting", "gone"])
def test_a_process_without_a_way_on_loses_no_message(stage: str) -> None:
    play = Play(rules=rules(process=NARROW))
    play.mail()
    play.records.tickets[play.ticket.id] = replace(play.ticket, stage=stage)
    assert play.reply().outcome == "comment"
    assert play.ticket.stage == stage
    assert play.say("Едем").outcome == "comment"
    assert play.ticket.stage == ("waiting" if stage == "gone" else stage)
    assert play.ticket.assignee == ANNA
    assert play.queued("answer")
