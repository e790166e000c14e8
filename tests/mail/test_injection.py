"""Whatever the words are, a mail has the headers that it was meant to have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import compat32

from hypothesis import given, settings
from hypothesis import strategies as st

from mail.sending.compose import Outgoing, compose
from tickets.letter import File, Mailbox

NOW = datetime(2026, 9, 26, 10, 0, tzinfo=UTC)
MEANT = [
    "From",
    "To",
    "Cc",
    "Subject",
    "Message-ID",
    "Date",
    "Reply-To",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Zayavka-Ticket",
    "MIME-Version",
    "Content-Type",
]
#: What breaks headers in others' code, between words that make it look like one.
PIECES = st.sampled_from(
    [
        "\r\n", "\n", "\r", "\0", "\r\n ", "\n\t", "\r\n\r\n", "\v", "\f", "\x1c",
        "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\ud800", "\udfff", "\u202e",
        "\ufeff", "Bcc: a@evil.example", "X-Evil: 1", "=?utf-8?Q?=0D=0ABcc:_a?=",
        "=?utf-8?B?DQpCY2M6IGE=?=", "<", ">", '"', "\\", ",", ";", ":", "@", "(", ")",
        " ", "a", "я", "😀", "--=_a", "x" * 80, "ы" * 60, "Content-Type: text/html",
    ]
)  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40)
BOXES = st.builds(Mailbox, address=HOSTILE, name=HOSTILE)
FILES = st.builds(
    File,
    name=HOSTILE,
    media_type=HOSTILE,
    content=st.binary(max_size=20),
    content_id=HOSTILE,
    inline=st.booleans(),
)
MAILS = st.builds(
    Outgoing,
    sender=BOXES,
    to=st.lists(BOXES, min_size=1, max_size=3).map(tuple),
    cc=st.lists(BOXES, max_size=2).map(tuple),
    reply_to=st.none() | HOSTILE,
    subject=HOSTILE,
    message_id=st.just("<1.a@example.org>"),
    in_reply_to=st.none() | HOSTILE,
    references=st.lists(HOSTILE, max_size=3).map(tuple),
    date=st.just(NOW),
    text=HOSTILE,
    html=st.none() | HOSTILE,
    files=st.lists(FILES, max_size=2).map(tuple),
    auto_submitted=st.sampled_from(["auto-replied", None]) | HOSTILE,
    ticket=st.none() | HOSTILE,
)


def heads_of(raw: bytes) -> list[tuple[str, str]]:
    """Read the head as RFC 5322 has it: fields, and lines that fold them."""
    fields: list[tuple[str, str]] = []
    for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if line[:1] in {b" ", b"\t"}:
            name, value = fields.pop()
            fields.append((name, value + line.decode()))
        else:
            name, colon, value = line.decode().partition(":")
            assert colon
            assert name.replace("-", "").isalnum()
            fields.append((name, value))
    return fields


@settings(max_examples=400, deadline=None)
@given(MAILS)
def test_the_headers_are_those_that_were_meant(mail: Outgoing) -> None:
    raw = compose(mail)
    names = [name for name, _ in heads_of(raw)]
    in_body = [name for name in names if name.startswith("Content-")]
    meant = [name for name in MEANT if name in names]
    assert [name for name in names if name not in in_body] == meant[:-1]
    assert len(set(names)) == len(names)
    assert BytesParser(policy=compat32).parsebytes(raw).keys() == names
    assert set(names) - set(MEANT) <= {"Content-Transfer-Encoding"}
    assert {"From", "To", "Subject", "Message-ID", "Date", "MIME-Version"} <= set(names)


@settings(max_examples=400, deadline=None)
@given(MAILS)
def test_no_line_end_or_control_of_a_value_is_in_the_head(mail: Outgoing) -> None:
    head = compose(mail).partition(b"\r\n\r\n")[0]
    bare = head.replace(b"\r\n", b"")
    assert not any(one < 0x20 or one == 0x7F for one in bare)
    assert all(line.strip() for line in head.split(b"\r\n"))
    assert max(map(len, head.split(b"\r\n"))) <= 998


@settings(max_examples=200, deadline=None)
@given(MAILS, HOSTILE)
def test_a_value_changes_its_own_header_alone(mail: Outgoing, words: str) -> None:
    plain = replace(mail, subject="plain", ticket="NN-1", files=(), html=None, text="x")
    before = heads_of(compose(plain))
    after = heads_of(compose(replace(plain, subject=words)))
    assert [one for one in after if one[0] != "Subject"] == [
        one for one in before if one[0] != "Subject"
    ]


@settings(max_examples=200, deadline=None)
@given(MAILS)
def test_the_parts_have_no_header_but_their_own(mail: Outgoing) -> None:
    """Each line after a boundary, until the blank one, is a header of MIME."""
    raw = compose(mail)
    for part in raw.split(b"\r\n--=_")[1:]:
        head = part.partition(b"\r\n")[2].partition(b"\r\n\r\n")[0]
        if part.partition(b"\r\n")[0].endswith(b"--") or not head:
            continue
        names = [name for name, _ in heads_of(head + b"\r\n\r\n")]
        assert all(name.startswith("Content-") for name in names), names
        assert len(set(names)) == len(names)
