"""What is packed inside the parts of a mail comes out as files and text."""

from __future__ import annotations

import struct
from binascii import b2a_uu

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.parcels import rtf, tnef, uuencoded
from mail.reading import parse
from mail.reading.limits import Limits
from tests.mail.parcels import (
    HEAD,
    attribute,
    mixed,
    packed_file,
    part,
    prop,
    props,
)
from tests.mail.parcels import tnef as packed
from tickets.letter import Letter

# The two examples of MS-OXRTFCP, 3.1 and 3.2.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705"
    "b06c647d0a800fa0"
)
WXYZ = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def _winmail(content: bytes, *beside: bytes) -> Letter:
    return parse.read(mixed(*beside, part("application/ms-tnef", content)))


def _uu(name: str, content: bytes) -> str:
    lines = (b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return f"begin 644 {name}\n" + b"".join(lines).decode() + "`\nend\n"


def test_the_files_of_winmail_dat_stand_in_its_place() -> None:
    kind = prop(0x370E, 0x1E, b"application/pdf\0")
    files = packed_file("Счёт.pdf", b"%PDF", kind) + packed_file("empty.txt", b"")
    letter = _winmail(packed(files), b"\r\nSee the file.\r\n")
    assert letter.text.strip() == "See the file."
    assert [(one.name, one.media_type, one.content) for one in letter.files] == [
        ("Счёт.pdf", "application/pdf", b"%PDF"),
        ("empty.txt", "application/octet-stream", b""),
    ]


def test_winmail_dat_gives_the_text_of_a_mail_that_has_none() -> None:
    body = attribute(0x800C, "Привет\0".encode("cp1251"))
    assert _winmail(packed(body)).text == "Привет"
    assert _winmail(packed(body), b"\r\nHello").text == "Hello"
    rich = attribute(0x9003, props(prop(0x1009, 0x102, HELLO)))
    assert _winmail(packed(rich)).text == "hello world"


def test_winmail_dat_gives_the_page_and_its_pictures() -> None:
    page = b'<p>Hello<script>x</script> <img src="cid:one">'
    picture = packed_file("a.png", b"png", prop(0x3712, 0x1E, b"one\0"))
    letter = _winmail(
        packed(attribute(0x9003, props(prop(0x1013, 0x102, page))), picture)
    )
    assert letter.text == "Hello"
    assert letter.html == '<p>Hello <img src="cid:one"></p>'
    assert [(one.name, one.inline) for one in letter.files] == [("a.png", True)]


def test_a_message_inside_winmail_dat_gives_its_text_and_its_files() -> None:
    inner = packed(attribute(0x800C, b"inner\0"), packed_file("b.txt", b"b"))
    method = prop(0x3705, 0x03, struct.pack("<I", 5))
    data = prop(0x3701, 0x0D, b"\0" * 16 + inner)
    name = prop(0x3001, 0x1E, b"Re: report\0")
    outer = attribute(0x9002, b"") + attribute(0x9005, props(method, data, name))
    assert [(one.name, one.content) for one in _winmail(packed(outer)).files] == [
        ("Re_ report.txt", b"inner"),
        ("b.txt", b"b"),
    ]


@pytest.mark.parametrize("content", [b"", b"no", b"\x78\x9f\x3e\x22", packed()])
def test_winmail_dat_stays_if_nothing_comes_out_of_it(content: bytes) -> None:
    letter = _winmail(content, b"\r\nHello")
    assert [(one.name, one.content) for one in letter.files] == [
        ("winmail.dat", content)
    ]


def test_of_a_broken_winmail_dat_the_files_are_kept_and_itself() -> None:
    content = packed(packed_file("a.txt", b"a") + packed_file("b.txt", b"b" * 99))
    letter = _winmail(content[:-120])
    assert [one.name for one in letter.files] == ["a.txt", "winmail.dat"]


def test_winmail_dat_keeps_to_the_limit_of_files() -> None:
    content = packed(packed_file("a.txt", b"a") * 50)
    raw = mixed(part("application/ms-tnef", content))
    assert len(parse.read(raw, Limits(files=7)).files) == 7


@pytest.mark.parametrize(
    ("compressed", "words"),
    [(HELLO, "hello world"), (WXYZ, "WXYZWXYZWXYZWXYZWXYZ")],
)
def test_rich_text_is_unpacked(compressed: bytes, words: str) -> None:
    assert rtf.text(rtf.decompress(compressed)) == words


@pytest.mark.parametrize(
    ("rich", "words"),
    [
        (r"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2\par x}", "Привет\nx"),
        (r"{\rtf1{\fonttbl{\f0 Arial;}}{\*\x hidden}{\b bold} \{a\}}", "bold {a}"),
        (r"{\rtf1 \u1055?\u-10179?\u-8704? x\tab y\line z}", "П😀 x\ty\nz"),
        (r"{\rtf1\u-10179?}", "\ufffd"),
        ("}}}{{{", ""),
    ],
)
def test_rich_text_is_read_as_words(rich: str, words: str) -> None:
    assert rtf.text(rich.encode("latin-1")) == words


def test_uuencoded_files_leave_the_text() -> None:
    whole = bytes(range(256))
    text = f"Hello\n\n{_uu('dir/отчёт.bin', whole)}\nand\n{_uu('b', b'')}bye\n"
    letter = parse.read(b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode())
    assert letter.text == "Hello\n\n\nand\nbye\n"
    assert [(one.name, one.content) for one in letter.files] == [
        ("отчёт.bin", whole),
        ("b", b""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 x\nMAAAA\n",
        "begin 644 x\nin the middle of a sentence\nend\n",
        "We begin 644 x\n`\nend\n",
        "begin the work\nat the end\nend\n",
        "> begin 644 x\n> `\n> end\n",
    ],
)
def test_words_that_only_look_so_are_no_files(text: str) -> None:
    assert uuencoded.take_out(text, 9) == (text, [])


def test_beyond_the_limit_uuencoded_files_stay_in_the_text() -> None:
    letter = parse.read(b"\n" + _uu("a", b"a").encode() * 9, Limits(files=4))
    assert len(letter.files) == 4
    assert letter.text.count("begin 644 a") == 5


def test_an_invitation_is_a_file_and_says_what_and_when() -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\n"
        "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=ru:Совещание\\, срочно\r\n"
        "DTSTART;TZID=Europe/Moscow:20261124T100000\r\nDTEND:20261124T080000Z\r\n"
        "LOCATION:Каби\r\n нет 5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    raw = HEAD + part("text/calendar; charset=utf-8; method=REQUEST", calendar.encode())
    letter = parse.read(raw)
    assert letter.text == (
        "Совещание, срочно\n2026-11-24 10:00 Europe/Moscow — 2026-11-24 08:00 UTC\n"
        "Кабинет 5"
    )
    assert [(one.name, one.content) for one in letter.files] == [
        ("invite.ics", calendar.encode())
    ]


@pytest.mark.parametrize("said", ["20261332", "soon", "", "20261124"])
def test_a_day_of_an_invitation_is_shown_as_it_can_be(said: str) -> None:
    event = f"BEGIN:VEVENT\nDTSTART;VALUE=DATE:{said}\nEND:VEVENT"
    letter = parse.read(HEAD + part("text/calendar", event.encode()))
    assert letter.text == {"20261124": "2026-11-24"}.get(said, said)


@given(st.binary(max_size=400))
def test_no_octets_break_the_opening_of_a_parcel(content: bytes) -> None:
    tnef.read(packed() + content, files=5, text=100)
    tnef.read(packed(attribute(0x9003, content)), files=5, text=100)
    rtf.text(rtf.decompress(struct.pack("<II4sI", 0, 999, b"LZFu", 0) + content))
    rtf.text(content)
