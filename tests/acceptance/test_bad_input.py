"""Mails that nobody should send: each is kept or refused, and the next goes through."""

from __future__ import annotations

import json
import smtplib
import time
from dataclasses import dataclass

import pytest

from tests.acceptance import letters
from tests.acceptance.desks import command
from tests.acceptance.houses import House, Site
from tests.acceptance.letters import letter
from tests.acceptance.waiting import eventually
from tests.mail.hostile.frame import nested

HEAD = b"From: Eve <eve@%s.example>\r\nTo: support@example.org\r\n"
BREAKS = b"=?utf-8?B?QQ0KQmNjOiB4QHkueg==?="  # A, a line break, Bcc: x@y.z
PROMPT = 2.0  # seconds within which the mail behind it must be a ticket


def named(name: str) -> bytes:
    """Return a mail with a file of this name."""
    return (
        HEAD
        + b"Subject: file\r\nMIME-Version: 1.0\r\n"
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        + b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment;"
        + f' filename="{name}"'.encode()
        + b"\r\n\r\nbytes\r\n--b--\r\n"
    )


BAD: dict[str, bytes] = {
    "empty": b"",
    "only a line break": b"\r\n",
    "no From": b"Subject: who am I\r\n\r\nhello\r\n",
    "an unknown charset": HEAD
    + b"Subject: =?x-klingon?B?dHVy?=\r\nContent-Type: text/plain; charset=x-klingon"
    + b"\r\n\r\n\xd0\xff\xfe\r\n",
    "NUL bytes": HEAD + b"Subject: a\x00b\r\n\r\nc\x00d\x00\r\n",
    "a subject of 10 MB": HEAD
    + b"Subject: "
    + b"x" * 10_000_000
    + b"\r\n\r\nhello\r\n",
    "a folded subject of 10 MB": HEAD
    + b"Subject: x"
    + b"\r\n =?utf-8?B?0L/RgNC4?=" * 400_000
    + b"\r\n\r\nhello\r\n",
    "line breaks in names": b"From: " + BREAKS + b" <eve@%s.example>\r\n"
    b"To: support@example.org\r\nSubject: " + BREAKS + b"\r\n\r\nhi\r\n",
    "a path as a file name": named("../../../../etc/passwd"),
    "a line break in a file name": named("a.txt\r\n\tBcc: x@y.z"),
    "500 levels of parts": nested(500),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door said to the whole mail."""

    code: int
    said: str


def offer(house: House, content: bytes, site: Site) -> Answer:
    try:
        letters.send(
            house.desk.smtp_port,
            content.replace(b"%s", site.code.lower().encode()),
            sender=site.person("eve"),
            recipients=(site.address,),
        )
    except smtplib.SMTPResponseException as refusal:
        return Answer(refusal.smtp_code, str(refusal.smtp_error))
    return Answer(250, "")


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_mail_is_kept_or_refused_and_the_next_is_a_ticket_at_once(
    house: House, site: Site, kind: str
) -> None:
    answer = offer(house, BAD[kind], site)
    began = time.monotonic()
    good = letter(sender=site.person("ivan"), to=site.address, Subject=f"After {kind}")
    house.send(good)
    house.ticket(f"After {kind}")
    took = time.monotonic() - began
    assert took < PROMPT, f"{took:.1f} s"
    if answer.code != 250:
        assert answer.code >= 400
        assert len(answer.said) > len("5.0.0 "), "a refusal names its reason"
        return
    [kept] = eventually(
        lambda: house.records.rows(
            """SELECT state, outcome, rule, error, attempts FROM arrival
               WHERE lane = :lane AND state IN ('done', 'parked')""",
            lane=f"arrival/mail/{site.person('eve')}",
        ),
        what="the bad mail is worked",
    )
    assert kept["rule"], kept
    assert kept["attempts"] == 1, kept
    assert kept["error"] is None, kept


def test_a_mail_from_nobody_is_set_aside_and_named(house: House) -> None:
    letters.send(
        house.desk.smtp_port,
        b"Subject: who am I\r\n\r\nhello\r\n",
        recipients=("support@example.org",),
    )
    [kept] = eventually(
        lambda: house.records.rows("SELECT rule FROM arrival WHERE state = 'parked'"),
        what="the mail is set aside",
    )
    assert kept["rule"] == "no-author"


def test_all_of_them_are_listed_and_accounted_for(house: House) -> None:
    house.quiet()
    config = house.desk.config
    listed = json.loads(command(config, "arrival", "list", "--json"))
    assert len(listed) == house.records.column("SELECT count(*) FROM arrival")[0]
    assert all(one["outcome"] for one in listed)
    assert json.loads(command(config, "audit", "--json"))["difference"] == 0


def test_no_file_left_its_folder_and_no_header_was_added(house: House) -> None:
    house.quiet()
    names = house.records.column("SELECT name FROM attachment")
    assert names
    assert not [one for one in names if {"/", "\\", "\r", "\n", "\0"} & set(one)]
    for mail in house.mailboxes.mails():
        assert "Bcc" not in mail
        assert not mail.defects
