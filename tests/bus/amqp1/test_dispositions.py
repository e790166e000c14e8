"""What a bus may answer by AMQP 1.0, and what becomes of the event."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from proton import Condition, Delivery, Message

from bus.amqp1.node import Node, OpenDoor
from bus.amqp1.publisher import Amqp1
from bus.amqp1.sender import STALLED
from tests.bus.amqp1.peer import Peer, Script, serving
from tests.bus.amqp1.queue import MANNER
from tests.bus.events import event
from tests.bus.rabbit import LOOPS, all_sent, kinds, run
from tickets.sending import Answer, Later, Never, Sent, Uncertain


def publisher_to(port: int, **manner: float) -> Amqp1:
    node = Node(host="127.0.0.1", port=port, address="desk", vhost="/applications/x")
    return Amqp1(OpenDoor(node), replace(MANNER, **manner))  # type: ignore[arg-type] # all of those given are numbers


def ask(script: Script, count: int = 3, **manner: float) -> list[Answer]:
    """Publish some events to a server that follows the script."""
    answers: list[Answer] = []

    async def scene() -> None:
        async with serving(script) as (port, _):
            publisher = publisher_to(port, **manner)
            wave = [event(f"NN-{n}") for n in range(count)]
            answers.extend(await publisher.publish(wave))
            await publisher.close()

    run(scene)
    return answers


def of(key: str) -> Condition:
    return Condition("amqp:precondition-failed", f"{key} is wrong")


@pytest.mark.parametrize(
    ("outcome", "kind", "said"),
    [
        (Delivery.ACCEPTED, Sent, "accepted, desk"),
        (Delivery.RELEASED, Later, "released"),
        (Delivery.MODIFIED, Later, "modified"),
        (Delivery.REJECTED, Later, "rejected without a reason"),
        (Condition("amqp:resource-limit-exceeded", "full"), Later, "exceeded: full"),
        (Condition("amqp:unauthorized-access", "no"), Later, "unauthorized-access"),
        (Condition("amqp:decode-error", "what?"), Never, "decode-error: what?"),
        (Condition("amqp:link:message-size-exceeded", "big"), Never, "exceeded: big"),
    ],
    ids=str,
)
def test_a_disposition_is_an_answer(
    outcome: int | Condition, kind: type[Answer], said: str
) -> None:
    answers = ask(Script(outcome=lambda _: outcome))
    assert kinds(answers) == [kind.__name__] * 3
    assert said in str(answers[0])


def test_each_event_has_its_own_answer() -> None:
    outcomes: dict[str, int] = {"NN-1": Delivery.RELEASED, "NN-2": Delivery.REJECTED}

    def outcome(message: Message) -> int:
        chosen: int = outcomes.get(str(message.group_id), Delivery.ACCEPTED)
        return chosen

    assert kinds(ask(Script(outcome=outcome), 4)) == ["Sent", "Later", "Later", "Sent"]


@pytest.mark.parametrize("wholly", [False, True], ids=["link", "connection"])
def test_an_event_over_which_everything_ends_is_found_out(*, wholly: bool) -> None:
    def ends(message: Message) -> Condition | None:
        return of("it") if message.group_id == "NN-3" else None

    script = Script(ends=ends, wholly=wholly)
    answers = ask(script, 6)
    assert kinds(answers) == ["Sent", "Sent", "Sent", "Never", "Sent", "Sent"]
    assert len(set(script.taken)) == 5


def test_what_ends_everything_for_all_is_not_tried_a_hundred_times() -> None:
    script = Script(ends=lambda _: Condition("amqp:internal-error", "oh"))
    answers = ask(script, 100)
    assert set(kinds(answers)) <= {"Later", "Uncertain"}
    assert "oh" in str(answers[0])
    assert len(script.opened) == 2


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (Script(refuses=Condition("amqp:not-found", "no such node")), "no such node"),
        (Script(is_mute=True), "'desk' within 0.3 seconds: perhaps it does not exist"),
    ],
    ids=["refused", "mute"],
)
def test_an_attach_that_fails_says_so(script: Script, said: str) -> None:
    answers = ask(script, open=0.3)
    assert kinds(answers) == ["Later"] * 3
    assert said in str(answers[0])


def test_who_has_no_credit_waits() -> None:
    answers = ask(Script(credit=2), 4, confirm=0.3)
    assert kinds(answers) == ["Sent", "Sent", "Later", "Later"]
    assert "credit" in str(answers[3])


def test_the_connection_is_opened_as_1c_asks() -> None:
    script = Script()
    ask(script)
    assert script.opened == [("/applications/x", 1_000_000, 7000)]


@pytest.mark.parametrize("loop", LOOPS)
def test_what_is_not_answered_in_time_is_in_doubt_and_not_sent_twice(loop: str) -> None:
    def outcome(message: Message) -> int | None:
        return None if message.group_id == "NN-2" else Delivery.ACCEPTED

    async def scene() -> None:
        async with serving(script) as (port, peers):
            publisher = publisher_to(port, confirm=0.3)
            slow, other = event("NN-2"), event("NN-1")
            told = await publisher.publish([slow, other])
            assert told == [
                Uncertain("no answer within 0.3 seconds"),
                Sent("accepted, desk"),
            ]
            told = await publisher.publish([event("NN-3"), slow])
            assert told == [Later(STALLED), Uncertain("no answer within 0.3 seconds")]
            assert len(script.owed) == 1
            accept(script, peers)
            assert all_sent(await publisher.publish([slow, event("NN-4")]))
            assert len(peers) == 1
            await publisher.close()

    script = Script(outcome=outcome)
    run(scene, LOOPS[loop])


def accept(script: Script, peers: list[Peer]) -> None:
    """Let the server answer at last."""
    for delivery in script.owed:
        delivery.update(Delivery.ACCEPTED)
        delivery.settle()
    for peer in peers:
        peer.flush()


def test_a_connection_that_never_answers_is_given_up_in_the_end() -> None:
    async def scene() -> None:
        async with serving(script) as (port, peers):
            publisher = publisher_to(port, confirm=0.02)
            sent = event()
            while len(peers) < 2:
                assert kinds(await publisher.publish([sent])) == ["Uncertain"]
            await publisher.close()

    script = Script(outcome=lambda _: None)
    run(scene)


def test_whose_heart_does_not_beat_is_left() -> None:
    async def scene() -> None:
        async with serving(script) as (port, peers):
            publisher = publisher_to(port, heartbeat=0.4)
            assert all_sent(await publisher.publish([event()]))
            await asyncio.sleep(0.6)  # the double ticks no clock
            assert all_sent(await publisher.publish([event()]))
            assert len(peers) == 2
            await publisher.close()

    script = Script()
    run(scene)
