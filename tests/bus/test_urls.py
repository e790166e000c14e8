"""What the URLs of AMQP 1.0 and of 1C:ESB say."""

from __future__ import annotations

import pytest

from bus.amqp1.node import Node, read_node
from bus.esb1c.application import Application, read_application

SECRET = "s3cret"  # noqa: S105 # of nobody
ESB = f"esb1c+https://desk:{SECRET}@esb.example.org:9090/applications/bus"
CHANNEL = "process=main::Обмен&channel=Заявки"


@pytest.mark.parametrize(
    ("url", "node"),
    [
        ("amqp1://h/desk", Node(host="h", port=5672, address="desk")),
        ("amqp1s://h/desk", Node(host="h", port=5671, address="desk", tls=True)),
        ("amqp1://h:1//amq/queue/q", Node(host="h", port=1, address="/amq/queue/q")),
        (
            "amqp1://us%40er:p%2Fw@[::1]/a%20b?vhost=/applications/x",
            Node(
                host="::1",
                port=5672,
                address="a b",
                user="us@er",
                password="p/w",  # noqa: S106 # a password of nobody
                vhost="/applications/x",
            ),
        ),
    ],
)
def test_a_node_is_read_from_its_url(url: str, node: Node) -> None:
    assert read_node(url) == node


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("amqp1://h", "the address is missing"),
        (f"amqp1://user:{SECRET}@/a", "the host is missing"),
        (f"amqp1://user:{SECRET}@h:x{SECRET}/a", "the port must be a number"),
        ("amqp1://user@h/a", "user and password go together"),
        (f"amqp1://:{SECRET}@h/a", "user and password go together"),
        (f"amqp1://u:{SECRET}@h/a#{SECRET}", "nothing may follow a #"),
        (f"amqp1://u:{SECRET}@h/a?{SECRET}", "must be NAME=VALUE"),
        (f"amqp1://u:{SECRET}@h/a?{SECRET}=1", "only vhost may follow"),
        ("amqp1://h/a?vhost=", "vhost has no value"),
        ("amqp://h/a", "is none of amqp1, amqp1s"),
    ],
)
def test_a_wrong_node_is_told_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        read_node(url)
    assert said in str(raised.value)
    assert SECRET not in str(raised.value)


def test_an_application_is_read_from_its_url() -> None:
    url = f"{ESB}?{CHANNEL}&recipients=ERP,%20КА&sender=DESK&amqp=plain&amqp_port=6698"
    read = read_application(url)
    assert read == Application(
        origin="https://esb.example.org:9090",
        host="esb.example.org",
        path="/applications/bus",
        client="desk",
        secret=SECRET,
        process="main::Обмен",
        channel="Заявки",
        recipients=("ERP", "КА"),
        sender="DESK",
        tls=False,
        amqp_port=6698,
    )
    assert SECRET not in repr(read)
    assert read.token_url.endswith("//esb.example.org:9090/auth/oidc/token")
    assert read.properties == {
        "SenderCode": "DESK",
        "integ_sender_code": "DESK",
        "RecipientCode": "ERP,КА",
        "integ_recipient_code": "ERP,КА",
    }


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        (f"{ESB}?{CHANNEL}", True),
        (f"{ESB}?{CHANNEL}&amqp=plain", False),
        (f"{ESB.replace('https', 'http')}?{CHANNEL}", False),
        (f"{ESB.replace('https', 'http')}?{CHANNEL}&amqp=tls", True),
    ],
)
def test_a_token_goes_by_tls_where_http_does_unless_said_otherwise(
    url: str, *, tls: bool
) -> None:
    assert read_application(url).tls is tls


def test_an_application_may_have_its_token_elsewhere() -> None:
    url = f"{ESB}?{CHANNEL}&token_path=/console/sys/token"
    assert read_application(url).token_url.endswith(":9090/console/sys/token")
    assert read_application(url).properties == {}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"{ESB}?channel=x", "?process=NAME is missing"),
        (f"{ESB}?process=x", "?channel=NAME is missing"),
        (f"{ESB.replace('/applications/bus', '/bus')}?{CHANNEL}", "/applications/APP"),
        (f"{ESB.replace('/bus', '/a/b')}?{CHANNEL}", "/applications/APP"),
        (f"{ESB}?{CHANNEL}&recipients=A,,B", "codes joined by commas"),
        (f"{ESB}?{CHANNEL}&amqp=no", "amqp must be tls or plain"),
        (f"{ESB}?{CHANNEL}&amqp_port=0", "amqp_port must be a number"),
        (f"{ESB}?{CHANNEL}&token_path=x", "token_path must begin with /"),
        (f"{ESB}?{CHANNEL}&tokenpath=/x", "only amqp, amqp_port, channel"),
        (f"esb1c+http://h/applications/a?{CHANNEL}", "client and secret are missing"),
        (f"esb1c://h/applications/a?{CHANNEL}", "is none of esb1c+https"),
    ],
)
def test_a_wrong_application_is_told_without_its_secret(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        read_application(url)
    assert said in str(raised.value)
    assert SECRET not in str(raised.value)
