"""Where commands come from, as a target of each kind says it."""

from __future__ import annotations

import pytest

from bus.amqp1.node import Node
from bus.esb1c.application import Application
from bus.sources import RabbitQueueAt, read_source

SECRET = "s3cret"  # noqa: S105 # of nobody
RABBIT = f"amqp://desk:{SECRET}@h/?exchange=x"
NODE = f"amqp1://desk:{SECRET}@h/events"
ESB = f"esb1c+https://desk:{SECRET}@h/applications/a?process=main::П&channel=out"


def test_a_queue_of_rabbitmq_is_its_name() -> None:
    source = read_source(RABBIT, "desk.commands")
    assert isinstance(source, RabbitQueueAt)
    assert (source.broker.exchange, source.queue) == ("x", "desk.commands")


@pytest.mark.parametrize("address", ["commands", "/amq/queue/q", "a b?c"])
def test_a_node_is_another_address_at_the_same_place(address: str) -> None:
    source = read_source(NODE, address)
    assert isinstance(source, Node)
    assert (source.place, source.address) == ("h:5672", address)
    assert (source.user, source.password) == ("desk", SECRET)


@pytest.mark.parametrize("process", ["main::П", "main::Б", "a/b"])
def test_a_channel_is_named_with_its_process(process: str) -> None:
    source = read_source(ESB, f"{process}/Команды")
    assert isinstance(source, Application)
    assert (source.process, source.channel) == (process, "Команды")
    assert source.path == "/applications/a"


@pytest.mark.parametrize(
    ("url", "commands", "said"),
    [
        (RABBIT, "", "must name a queue in at most 255 bytes"),
        (RABBIT, "я" * 128, "must name a queue in at most 255 bytes"),
        (NODE, "", "must name an address"),
        (NODE, "events", "the address that our own events go to"),
        (ESB, "in", "must be PROCESS/CHANNEL"),
        (ESB, "/in", "must be PROCESS/CHANNEL"),
        (ESB, "main::П/", "must be PROCESS/CHANNEL"),
        (ESB, "main::П/out", "the channel that our own events go to"),
        (f"https://desk:{SECRET}@h/x", "q", "https: has none to read"),
        ("file:x", "q", "file: has none to read; those that have: amqp, amqps, amqp1"),
    ],
)
def test_what_cannot_be_read_is_told_without_its_secret(
    url: str, commands: str, said: str
) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        read_source(url, commands)
    assert said in str(raised.value)
    assert SECRET not in str(raised.value)
