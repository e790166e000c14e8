"""What servers' codes mean, for people."""

from __future__ import annotations

import pytest

from templates.sentences import SENTENCES
from tickets.troubles import MEANINGS, meaning, words


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("RCPT: 550 5.1.1 <ivan@x.example>: no such user", "no-mailbox"),
        (
            "550-5.1.1 The account does not exist. See support.example 5.7.0",
            "no-mailbox",
        ),
        ("gave up after 7 days: RCPT: 452 4.2.2 Over quota", "mailbox-full"),
        ("554 5.7.1 [10.1.2.3] blocked", "policy"),
        ("after the final dot: 550 5.7.26 unauthenticated", "policy"),
        ("MAIL: 552 5.3.4 too big", "too-large"),
        ("550 no such user (5.1.10)", "no-domain"),
        ("421 4.4.2 10.1.1.1 timed out", "way"),
        ("550 5.1.99 odd", "address"),
        ("550 05.01.01 padded", "no-mailbox"),
        ("550 no such user", None),
        ("version 15.1.1.2 of the server at 10.5.1.1", None),
        ("550 5.9.1 unheard of", None),
        ("", None),
    ],
)
def test_a_code_is_found_and_explained(reason: str, said: str | None) -> None:
    assert meaning(reason) == said


def test_each_has_its_words() -> None:
    assert {f"chat.trouble.{one}" for one in MEANINGS} == {
        name for name in SENTENCES if name.startswith("chat.trouble.")
    }


def test_the_command_is_ours_and_not_the_servers_words() -> None:
    assert words("RCPT: 550 5.1.1 no") == "550 5.1.1 no"
    assert words("after the final dot: 554 no") == "554 no"
    assert words("550 RCPT: no") == "550 RCPT: no"
