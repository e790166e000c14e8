"""What is composed means the same to other readers, and only that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import fast_mail_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.reading import parse
from mail.sending.compose import Outgoing, compose, message_id
from tickets.letter import File, Mailbox

NOW = datetime(2026, 9, 26, 10, 0, tzinfo=timezone(timedelta(hours=3)))
IVAN = Mailbox(address="ivan@partner.example", name="Иван Петров")
PLAIN = Outgoing(
    sender=Mailbox(address="support@example.org", name="Служба поддержки"),
    to=(IVAN,),
    subject="[NN-1024] Не открывается отчёт за сентябрь",
    message_id="<t1.abc@example.org>",
    date=NOW,
    text="Здравствуйте!\n\nМы получили вашу заявку.\n",
)
PDF = File(
    name="Отчёт за сентябрь.pdf", media_type="application/pdf", content=b"%PDF\0"
)
LOGO = File(
    name="logo.png",
    media_type="image/png",
    content=b"\x89PNG",
    content_id="logo@desk",
    inline=True,
)


def _read(raw: bytes) -> EmailMessage:
    found = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(found, EmailMessage)
    return found


def _outgoing(**changes: Any) -> Outgoing:
    return replace(PLAIN, **changes)


def _texts(message: EmailMessage) -> dict[str, str]:
    return {
        part.get_content_type(): part.get_content().replace("\r\n", "\n")
        for part in message.walk()
        if part.get_content_maintype() == "text" and not part.get_filename()
    }


def test_the_standard_library_reads_what_was_meant() -> None:
    mail = _outgoing(
        cc=(Mailbox(address="anna@partner.example", name='Anna "A", Smith'),),
        reply_to="support+nn-1024.abc@example.org",
        in_reply_to="<x@partner.example>",
        references=("<w@partner.example>", "<x@partner.example>"),
        html="<p>Здравствуйте!</p>",
        files=(PDF,),
        auto_submitted="auto-replied",
        ticket="NN-1024",
    )
    found = _read(compose(mail))
    assert found["Subject"] == mail.subject
    assert str(found["From"]) == "Служба поддержки <support@example.org>"
    assert str(found["To"]) == "Иван Петров <ivan@partner.example>"
    assert found["Cc"].addresses[0].display_name == 'Anna "A", Smith'
    assert found["Reply-To"] == mail.reply_to
    assert found["Message-ID"] == mail.message_id
    assert found["In-Reply-To"] == "<x@partner.example>"
    assert found["References"] == "<w@partner.example> <x@partner.example>"
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["X-Zayavka-Ticket"] == "NN-1024"
    assert found["Date"].datetime == NOW
    assert _texts(found) == {"text/plain": mail.text, "text/html": f"{mail.html}\n"}
    attached = list(found.iter_attachments())
    assert [part.get_filename() for part in attached] == [PDF.name]
    assert [part.get_content() for part in attached] == [PDF.content]


def test_the_rust_parser_reads_the_same() -> None:
    mail = _outgoing(html="<p>Здравствуйте!</p>", files=(PDF, LOGO))
    found = fast_mail_parser.parse_email(compose(mail))
    assert found.subject == mail.subject
    assert found.from_ is not None
    assert found.from_.display_name == "Служба поддержки"
    assert [text.replace("\r\n", "\n") for text in found.text_plain] == [mail.text]
    assert {file.filename: file.content for file in found.attachments} == {
        PDF.name: PDF.content,
        LOGO.name: LOGO.content,
    }


def test_our_own_reader_gets_the_letter_back() -> None:
    mail = _outgoing(html='<img src="cid:logo@desk">', files=(PDF, LOGO), ticket="NN-1")
    letter = parse.read(compose(mail))
    assert letter.defects == ()
    assert letter.author == mail.sender
    assert letter.to == mail.to
    assert (letter.subject, letter.text, letter.date) == (mail.subject, mail.text, NOW)
    assert {file.name: file for file in letter.files} == {
        PDF.name: PDF,
        LOGO.name: LOGO,
    }
    assert letter.own_ticket == "NN-1"


@pytest.mark.parametrize(
    ("changes", "types"),
    [
        ({}, ["text/plain"]),
        ({"html": "<p>"}, ["multipart/alternative", "text/plain", "text/html"]),
        ({"files": (PDF,)}, ["multipart/mixed", "text/plain", "application/pdf"]),
        (
            {"html": "<p>", "files": (LOGO,)},
            [
                "multipart/alternative", "text/plain", "multipart/related",
                "text/html", "image/png",
            ],
        ),
        ({"files": (LOGO,)}, ["multipart/mixed", "text/plain", "image/png"]),
    ],
    ids=["text", "with HTML", "with a file", "with a picture", "picture, no HTML"],
)  # fmt: skip
def test_the_structure_is_no_deeper_than_needed(
    changes: dict[str, Any], types: list[str]
) -> None:
    found = _read(compose(_outgoing(**changes)))
    assert [part.get_content_type() for part in found.walk()] == types


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Hello\n", "7bit"),
        ("Привет\n", "base64"),
        ("Hello, naïve world, with a single accent\n", "quoted-printable"),
        ("x" * 1200, "quoted-printable"),
        ("a line that looks like --=_a boundary", "quoted-printable"),
    ],
    ids=["ASCII", "Russian", "one accent", "a long line", "a boundary"],
)
def test_a_body_takes_the_smallest_encoding_that_is_safe(
    text: str, encoding: str
) -> None:
    raw = compose(_outgoing(text=text))
    found = _read(raw)
    assert found["Content-Transfer-Encoding"] == encoding
    assert found.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")
    assert raw.isascii()


def test_references_are_folded_and_none_is_lost() -> None:
    chain = tuple(f"<{'x' * 40}.{number}@example.org>" for number in range(60))
    raw = compose(_outgoing(references=chain))
    assert tuple(str(_read(raw)["References"]).split()) == chain
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_an_international_domain_needs_no_smtputf8() -> None:
    raw = compose(_outgoing(to=(Mailbox(address="ivan@почта.рф"),)))
    assert b"To: ivan@xn--80a1acny.xn--p1ai\r\n" in raw


def test_an_international_local_part_stays_as_utf8() -> None:
    raw = compose(_outgoing(to=(Mailbox(address="иван@почта.рф"),)))
    assert "To: иван@почта.рф\r\n".encode() in raw


def test_an_odd_local_part_is_quoted() -> None:
    raw = compose(_outgoing(to=(Mailbox(address="a b>,<c@example.org"),)))
    assert b'To: "a b>,<c"@example.org\r\n' in raw
    assert len(_read(raw)["To"].addresses) == 1


def test_a_forwarded_mail_goes_out_as_a_mail_only_if_it_is_plain() -> None:
    plain = File(name="m.eml", media_type="message/rfc822", content=b"Subject: s\n\nx")
    high = replace(plain, content="Subject: s\n\nя".encode())
    found = [part.get_content_type() for part in _parts(plain, high)]
    assert found == ["message/rfc822", "application/octet-stream"]


def _parts(*files: File) -> list[EmailMessage]:
    message = _read(compose(_outgoing(files=files)))
    return [part for part in message.iter_attachments() if part.get_filename()]


def test_a_type_that_is_none_or_a_container_becomes_bytes() -> None:
    kinds = ["multipart/mixed", "text/plain\r\nX: y", "", "image/png"]
    files = [File(name="f", media_type=kind, content=b"x") for kind in kinds]
    found = [part.get_content_type() for part in _parts(*files)]
    assert found == ["application/octet-stream"] * 3 + ["image/png"]


def test_a_date_without_timezone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        _outgoing(date=datetime(2026, 9, 26))  # noqa: DTZ001 - what is refused


def test_a_message_id_without_brackets_is_refused() -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        _outgoing(message_id="t1@example.org")


def test_a_message_id_is_made_of_safe_characters() -> None:
    assert message_id("t1.abc", "почта.рф") == "<t1.abc@xn--80a1acny.xn--p1ai>"
    with pytest.raises(ValueError, match="not fit"):
        message_id("t1\r\nBcc: x", "example.org")


_HOSTILE = st.text(
    st.one_of(
        st.sampled_from('\r\n\0 \t"<>@:;,=?_()\\\x85\u2028\ud800я漢🎫é.-aZ'),
        st.characters(),
    ),
    max_size=120,
)
_BOX = st.builds(lambda n, a: Mailbox(name=n, address=a), _HOSTILE, _HOSTILE)
_FILE = st.builds(
    lambda n, t, i, c: File(name=n, media_type=t, content_id=i, content=c, inline=True),
    _HOSTILE,
    st.one_of(_HOSTILE, st.just("text/plain"), st.just("message/rfc822")),
    st.one_of(st.none(), _HOSTILE),
    st.binary(max_size=200),
)
_HEADERS = {
    "from", "to", "cc", "subject", "message-id", "date", "reply-to", "in-reply-to",
    "references", "x-zayavka-ticket", "mime-version", "content-type",
    "content-transfer-encoding",
}  # fmt: skip


@given(
    st.builds(
        Outgoing,
        sender=_BOX,
        to=st.lists(_BOX, max_size=3).map(tuple),
        cc=st.lists(_BOX, max_size=3).map(tuple),
        reply_to=st.one_of(st.none(), _HOSTILE),
        subject=st.one_of(_HOSTILE, st.text(max_size=1500)),
        message_id=st.just("<t1@example.org>"),
        in_reply_to=st.one_of(st.none(), _HOSTILE.map("<{}>".format)),
        references=st.lists(_HOSTILE.map("<{}>".format), max_size=3).map(tuple),
        date=st.just(datetime(2026, 9, 26, tzinfo=UTC)),
        text=_HOSTILE,
        html=st.one_of(st.none(), _HOSTILE),
        files=st.lists(_FILE, max_size=2).map(tuple),
        ticket=st.one_of(st.none(), _HOSTILE),
    )
)
@settings(max_examples=400)
def test_no_value_adds_a_header_or_breaks_a_line(mail: Outgoing) -> None:
    raw = compose(mail)
    assert b"\0" not in raw
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    names = [
        name.lower() for name in BytesParser(policy=policy.compat32).parsebytes(raw)
    ]
    assert len(names) == len(set(names))
    assert set(names) <= _HEADERS


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=300))
def test_words_of_a_subject_survive(subject: str) -> None:
    found = parse.read(compose(_outgoing(subject=subject))).subject
    assert found.split() == subject.split()
