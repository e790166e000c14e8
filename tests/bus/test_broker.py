"""Where a broker is, as a URL says it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.broker import Broker, read_broker
from bus.manner import Manner
from bus.wire import address_of

SECRET = "p4ssw0rd"  # noqa: S105 # what must not be shown
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        (
            "amqp://h?exchange=desk",
            Broker(host="h", port=5672, exchange="desk"),
        ),
        (
            "amqps://u:p@h:7/v?exchange=desk&routing_key=tickets",
            Broker(
                host="h",
                port=7,
                tls=True,
                user="u",
                password="p",  # noqa: S106 # a made-up one
                vhost="v",
                exchange="desk",
                routing_key="tickets",
            ),
        ),
        (
            "amqps://u@h/?routing_key=queue",
            Broker(
                host="h",
                port=5671,
                tls=True,
                user="u",
                password="",
                routing_key="queue",
            ),
        ),
        ("amqp://[::1]/%2F?exchange=e", Broker(host="::1", port=5672, exchange="e")),
    ],
)
def test_a_url_names_a_broker_and_a_place_in_it(url: str, broker: Broker) -> None:
    assert read_broker(url) == broker


@given(st.lists(NAMES, min_size=4, max_size=4))
def test_any_names_survive_when_they_are_quoted(names: list[str]) -> None:
    quoted = [quote(one, safe="") for one in names]
    broker = read_broker("amqp://{}:{}@host/{}?exchange={}".format(*quoted))
    assert [broker.user, broker.password, broker.vhost, broker.exchange] == names


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_whatever_is_taken_leads_to_an_address(text: str) -> None:
    for url in (f"amqp://{text}", f"amqps://{text}/%2F?exchange=e"):
        try:
            broker = read_broker(url)
        except ValueError:
            continue
        address = address_of(broker, Manner())
        said = (address.user, address.password or "")  # yarl says either of none
        assert said == (broker.user, broker.password)
        assert (address.port, address.path[1:]) == (broker.port, broker.vhost)


def test_a_password_is_not_shown() -> None:
    assert SECRET not in repr(read_broker(f"amqp://u:{SECRET}@h?exchange=e"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://h?exchange=e", "scheme 'http'"),
        ("amqp://?exchange=e", "host is missing"),
        ("amqp:h?exchange=e", "host is missing"),
        ("amqp://a b?exchange=e", "no host name"),
        ("amqp://a..b?exchange=e", "no host name"),
        (f"amqp://:{SECRET}@h?exchange=e", "user is missing"),
        ("amqp://@h?exchange=e", "user is missing"),
        (f"amqp://u:{SECRET}#@h?exchange=e", "%23"),
        (f"amqp://u:{SECRET}/@h?exchange=e", "from 1 to 65535"),
        (f"amqp://u:{SECRET}@h:0?exchange=e", "from 1 to 65535"),
        (f"amqp://u:{SECRET}@h/a/b?exchange=e", "%2F"),
        (f"amqp://u:{SECRET}@h/", "exchange=NAME is missing"),
        (f"amqp://u:{SECRET}@h?exchange=", "exchange=NAME is missing"),
        (f"amqp://u:{SECRET}@h?exchange", "NAME=VALUE"),
        (f"amqp://u:{SECRET}@h?exchange=a&exchange=b", "each once"),
        (f"amqp://u:{SECRET}@h?exchange=a&heartbeat=1", "only exchange and routing"),
        (f"amqp://u:{SECRET}@h?exchange={'ы' * 128}", "exchange may have 255 bytes"),
    ],
)
def test_what_is_wrong_with_a_url_is_named_without_its_password(
    url: str, said: str
) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        read_broker(url)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)


def test_the_routing_key_is_the_type_unless_one_is_given() -> None:
    type_ = "zayavka.ticket.opened.v1"
    assert Broker(host="h", port=1, exchange="e").key_of(type_) == type_
    assert Broker(host="h", port=1, routing_key="q").key_of(type_) == "q"
