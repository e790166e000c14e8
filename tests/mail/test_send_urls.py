"""Which relay a URL means, and what is said of a wrong one."""

from __future__ import annotations

import pytest

from mail.sending.maildir import MaildirRelay
from mail.sending.relay import relay_from
from mail.sending.send import SmtpRelay
from mail.sending.server import Server, read_server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mx.example", Server(scheme="smtp", host="mx.example", port=25)),
        ("smtps://mx.example", Server(scheme="smtps", host="mx.example", port=465)),
        ("lmtp://[::1]:2003/", Server(scheme="lmtp", host="::1", port=2003)),
        (
            "smtp://us%40er:p%3Aw%2F%23@mx.example:587",
            Server(
                scheme="smtp",
                host="mx.example",
                port=587,
                username="us@er",
                password="p:w/#",  # noqa: S106 # no secret
            ),
        ),
        (
            "smtp://почта.example",
            Server(scheme="smtp", host="xn--80a1acny.example", port=25),
        ),
    ],
)
def test_a_url_names_a_server(url: str, server: Server) -> None:
    assert read_server(url) == server


def test_a_password_is_not_shown() -> None:
    assert "hush" not in repr(read_server("smtp://user:hush@mx.example"))


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("http://user:hush@mx.example", "scheme"),
        ("mx.example", "scheme"),
        ("smtp://", "host"),
        ("smtp://user:hush@", "host"),
        ("smtp://user:hush@mx.example:many", "port"),
        ("smtp://user:hush@mx.example:0", "port"),
        ("smtp://user:hush@mx.example:70000", "port"),
        ("smtp://user:hu/sh@mx.example", "port|follow"),
        ("smtp://user:hush@mx.example/inbox", "follow"),
        ("smtp://user:hush@mx.example?tls=no", "follow"),
        ("smtp://:hush@mx.example", "user"),
        ("smtp://user:hush@..", "host"),
        ("maildir:", "path"),
        ("maildir://host/folder", "path"),
    ],
)
def test_a_wrong_url_is_told_by_its_part_and_without_the_password(
    url: str, part: str
) -> None:
    with pytest.raises(ValueError, match=part) as caught:
        relay_from(url)
    assert "hu" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_scheme_chooses_the_relay() -> None:
    assert isinstance(relay_from("smtp://mx.example"), SmtpRelay)
    assert isinstance(relay_from("lmtp://mx.example"), SmtpRelay)
    assert isinstance(relay_from("maildir:var/sent"), MaildirRelay)
