"""What a mail says becomes what the letter says."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from mail.reading import parse
from mail.reading.limits import Limits
from tickets.letter import Letter, Mailbox


def _read(head: str, body: bytes = b"x\r\n", charset: str = "utf-8") -> Letter:
    return parse.read(head.encode(charset) + b"\r\n\r\n" + body)


def _mixed(*parts: bytes) -> Letter:
    body = b"".join(b"--b\n" + part + b"\n" for part in parts)
    return _read("Content-Type: multipart/mixed; boundary=b", body + b"--b--\n")


def test_a_plain_mail_is_read_whole() -> None:
    letter = _read(
        "From: =?koi8-r?B?6dfBzg==?= <ivan@partner.example>\r\n"
        "To: Support <support@example.org>, anna@partner.example\r\n"
        "Cc: boss@partner.example\r\n"
        "Reply-To: desk@partner.example\r\n"
        "Subject: =?utf-8?B?0J7RgtGH?=\r\n =?utf-8?B?0ZHRgg==?= [NN-1]\r\n"
        "Message-ID: <1@partner.example>\r\n"
        "In-Reply-To: <0@example.org>\r\n"
        "References: <r@example.org>\r\n <0@example.org>\r\n"
        "Date: Sat, 26 Sep 2026 10:00:00 +0300\r\n"
        "X-Zayavka-Ticket: NN-1\r\n"
        "Content-Type: text/plain; charset=windows-1251",
        "Привет".encode("cp1251") + b"\r\n",
    )
    assert letter == Letter(
        message_id="<1@partner.example>",
        in_reply_to=("<0@example.org>",),
        references=("<r@example.org>", "<0@example.org>"),
        author=Mailbox(address="ivan@partner.example", name="Иван"),
        reply_to=(Mailbox(address="desk@partner.example"),),
        to=(
            Mailbox(address="support@example.org", name="Support"),
            Mailbox(address="anna@partner.example"),
        ),
        cc=(Mailbox(address="boss@partner.example"),),
        subject="Отчёт [NN-1]",
        date=datetime(2026, 9, 26, 7, 0, tzinfo=UTC),
        text="Привет\n",
        own_ticket="NN-1",
    )


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r", "cp866"])
def test_undeclared_russian_is_recognised(charset: str) -> None:
    text = "Здравствуйте! Не открывается отчёт за сентябрь, посмотрите."
    letter = _read(f"Subject: {text}", text.encode(charset), charset)
    assert (letter.subject, letter.text) == (text, text)


def test_raw_headers_are_read_in_the_charset_of_the_body() -> None:
    head = "Subject: ПРИВЕТ\nContent-Type: text/plain; charset=koi8-r"
    assert _read(head, charset="koi8-r").subject == "ПРИВЕТ"


def test_a_line_break_hidden_in_a_header_becomes_a_blank() -> None:
    letter = _read(
        "Subject: =?utf-8?Q?a=0D=0ABcc:_victim@example.org?=\r\n"
        "From: =?utf-8?B?YQ0KQmNjOiB4?= <a@example.org>"
    )
    assert letter.subject == "a Bcc: victim@example.org"
    assert letter.author == Mailbox(address="a@example.org", name="a Bcc: x")


def test_a_bare_carriage_return_does_not_end_a_header() -> None:
    letter = parse.read(b"Subject: a\rX: b\r\nFrom: a@example.org\r\n\r\n")
    assert letter.subject == "a X: b"
    assert letter.author == Mailbox(address="a@example.org")


def test_a_character_split_between_encoded_words_is_whole() -> None:
    assert _read(
        "Subject: =?utf-8?B?0J8=?= =?utf-8?Q?=D1?= =?utf-8?Q?=80?="
    ).subject == ("Пр")


def test_a_broken_encoded_word_is_shown_as_it_is() -> None:
    assert _read("Subject: =?utf-8?B?0J8= x").subject == "=?utf-8?B?0J8= x"


def test_an_unknown_charset_is_guessed_and_said() -> None:
    head = "Content-Type: text/plain; charset=x-martian"
    letter = _read(head, "Привет, как дела?".encode("cp1251"))
    assert letter.text == "Привет, как дела?"
    assert letter.defects == ("the charset x-martian is unknown",)


def test_html_alone_gives_the_text() -> None:
    letter = _read("Content-Type: text/html", b"<p>One<br>two<script>x</script>")
    assert letter.text == "One\ntwo"
    assert letter.html == "<p>One<br>two</p>"


def test_a_forwarded_mail_gives_the_text_of_one_who_wrote_none() -> None:
    letter = _mixed(b"Content-Type: message/rfc822\n\nSubject: s\n\ninner")
    assert letter.text == "inner"
    assert [(file.name, file.media_type) for file in letter.files] == [
        ("s.eml", "message/rfc822")
    ]


def test_the_author_of_an_attached_mail_is_known_if_it_comes_without_a_word() -> None:
    attached = b"Content-Type: message/rfc822\n\nFrom: a@b.c\n\ninner"
    assert _mixed(attached).forwarded_from == Mailbox(address="a@b.c")
    assert _mixed(b"\nLook at this.", attached).forwarded_from is None


def test_what_attached_mails_say_stands_below_the_text() -> None:
    attached = b"Content-Type: message/rfc822\n\nSubject: %s\n\nSays %s."
    letter = _mixed(b"\nLook.", attached % (b"a/b?", b"one"), attached % (b"", b"two"))
    assert letter.text == "Look."
    assert letter.quoted == "Says one.\n\nSays two."
    assert [file.name for file in letter.files] == ["a b.eml", "message-2.eml"]


def test_the_parts_of_a_report_are_files() -> None:
    letter = _mixed(
        b"\nIt failed.", b"Content-Type: message/delivery-status\n\nAction: failed"
    )
    assert letter.text == "It failed."
    assert letter.files[0].content == b"Action: failed"


def test_a_calendar_and_a_named_text_are_files() -> None:
    letter = _mixed(
        b"\nhello",
        b"Content-Type: text/calendar\n\nBEGIN",
        b"Content-Type: text/plain; name=log.txt\n\nlog",
        b"Content-Type: text/plain\nContent-Disposition: attachment\n\nnote",
    )
    assert letter.text == "hello"
    assert [file.name for file in letter.files] == [
        "invite.ics",
        "log.txt",
        "file-3.txt",
    ]


def test_a_mail_that_is_a_file_has_that_file() -> None:
    head = (
        "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64"
    )
    letter = _read(head, b64encode(b"%PDF"))
    assert letter.text == ""
    assert [(file.name, file.content) for file in letter.files] == [("a.pdf", b"%PDF")]


def test_a_picture_of_the_page_is_inline() -> None:
    letter = _mixed(
        b'Content-Type: text/html\n\n<img src="cid:a@b">',
        b"Content-Type: image/png\nContent-ID: <a@b>\n\nx",
        b"Content-Type: image/png\nContent-ID: <c@d>\n\ny",
    )
    assert [(file.content_id, file.inline) for file in letter.files] == [
        ("a@b", True),
        ("c@d", False),
    ]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\dir\\report.doc"', "report.doc"),
        ("attachment; filename*=utf-8''%D0%9E%0D%0A.pdf", "О .pdf"),
        ("attachment; filename*0*=utf-8''%D0; filename*1*=%9E; filename*2=.x", "О.x"),
        ('attachment; filename="=?utf-8?B?0J4ucGRm?="', "О.pdf"),
        ('attachment; filename="Отчёт.pdf"', "Отчёт.pdf"),
        ("attachment; filename=two words.txt", "two words.txt"),
        ('attachment; filename="a\u202efdp.exe"', "afdp.exe"),
        ('attachment; filename=".."', "file-1.bin"),
        ("attachment", "file-1.bin"),
    ],
)
def test_a_file_name_is_decoded_and_made_safe(header: str, name: str) -> None:
    letter = _read(
        f"Content-Type: application/octet-stream\nContent-Disposition: {header}"
    )
    assert letter.files[0].name == name


def test_damaged_base64_keeps_what_can_be_had() -> None:
    whole = bytes(range(256)) * 40
    lines = b64encode(whole)
    damaged = lines[:4000] + b"\n!!damage!!\n" + lines[4000:]
    letter = _mixed(
        b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + damaged
    )
    assert letter.files[0].content == whole
    assert letter.defects == ("a part's base64 is damaged",)


def test_headers_without_an_empty_line_end_where_the_text_begins() -> None:
    letter = parse.read(b"From: a@example.org\nSubject: s\nHello, world\nsee: you\n")
    assert letter.subject == "s"
    assert letter.text == "Hello, world\nsee: you\n"


def test_a_mailbox_line_and_a_byte_order_mark_are_passed_over() -> None:
    assert parse.read(b"From a@b Mon Aug 22\nSubject: s\n\nx").subject == "s"
    assert parse.read(b"\xef\xbb\xbfSubject: s\n\nx").subject == "s"


def test_a_multipart_without_a_single_part_is_text() -> None:
    letter = _read("Content-Type: multipart/mixed; boundary=b", b"just text")
    assert letter.text == "just text"
    assert letter.defects == ("a multipart has no parts",)


def test_parts_are_found_below_a_preamble_by_what_follows_their_delimiter() -> None:
    letter = _read(
        "Content-Type: multipart/mixed; bo",
        b"No MIME here.\n\n--x\nContent-Type: text/plain\n\none\n"
        b"--x\nContent-Type: image/png\n\nP\n--x--\n",
    )
    assert letter.text == "one"
    assert [file.content for file in letter.files] == [b"P"]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Type: multipart/mixed; boundary=b", "--b\n\ntext\n--b--\n"),
        ("Content-Type: multipart/*; boundary=b", "\n--b\n\ntext\n--b--\n"),
        ("Content-Transfer-Encoding: 'base64'", "\ndGV4dA=="),
        (
            "Content-Transfer-Encoding: base64",
            "\nICAgICAgICAgICAgdGV4dA==\n\n_______________\nThe footer of a list\n",
        ),
        ("Content-Transfer-Encoding: base64", "\n//50AGUAeAB0AA=="),
    ],
    ids=["no empty line", "any multipart", "quotes", "a footer", "UTF-16 unsaid"],
)
def test_what_programs_get_wrong_is_put_right(head: str, body: str) -> None:
    assert parse.read(f"{head}\n{body}".encode()).text.strip() == "text"


def test_a_named_part_of_no_real_type_is_a_file() -> None:
    letter = parse.read(b"Content-Type: x-gzip; name=a.gz\n\nbytes")
    assert [(file.name, file.content) for file in letter.files] == [("a.gz", b"bytes")]


def test_japanese_without_encoded_words_is_read() -> None:
    raw = "Subject: こんにちは\n\nx".encode("iso-2022-jp")
    assert parse.read(raw).subject == "こんにちは"


def test_a_line_above_the_first_header_is_passed_over() -> None:
    letter = parse.read(b"HTTP/1.1 200 OK\nSubject: s\n\nx")
    assert (letter.subject, letter.text) == ("s", "x")


def test_limits_are_kept_and_said() -> None:
    limits = Limits(subject=5, text=4, files=1, html=10)
    raw = (
        b"Subject: 123456789\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\n\nlong text\n--b\nContent-Type: a/b\n\nx\n--b\nContent-Type: a/b\n\ny\n"
    )
    letter = parse.read(raw, limits)
    assert (letter.subject, letter.text) == ("12345", "long")
    assert [file.content for file in letter.files] == [b"long text"]
    assert set(letter.defects) == {
        "a multipart is not closed",
        "a text is longer than is shown; a file has it whole",
        "more files than are kept",
        "the subject is longer than is kept",
        "the text is longer than is shown",
    }


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Name (Company) <a@b.c>", Mailbox(address="a@b.c", name="Name (Company)")),
        ("a@b.c (Name)", Mailbox(address="a@b.c", name="Name")),
        (r"a@b.c (One \) name)", Mailbox(address="a@b.c", name="One ) name")),
        ("Ann <a(Sales)@b.c>", Mailbox(address="a@b.c", name="Ann (Sales)")),
        ('"Doe, John" <a@b.c>', Mailbox(address="a@b.c", name="Doe, John")),
        ("Name a@b.c", Mailbox(address="a@b.c", name="Name")),
        ("Group: Ann <a@b.c>, d@e.f;", Mailbox(address="a@b.c", name="Ann")),
        ('"a@b.c" <d@e.f>', Mailbox(address="d@e.f", name="a@b.c")),
        ('"odd one"@b.c', Mailbox(address='"odd one"@b.c')),
        ('"Never closed <a@b.c>', Mailbox(address="a@b.c", name="Never closed")),
        ("<@relay.example:a@b.c>", Mailbox(address="a@b.c")),
        ("Ann <<a@b.c>>", Mailbox(address="a@b.c", name="Ann")),
        ("[a@b.c]", Mailbox(address="a@b.c")),
        ("mailto:a@b.c", Mailbox(address="a@b.c")),
        ("иван@почта.рф", Mailbox(address="иван@почта.рф")),
        ("=?utf-8?Q?a=2C_b?= <a@b.c>", Mailbox(address="a@b.c", name="a, b")),
        ("=?utf-8?Q?Ann_=3Ca=40b=2Ec=3E?=", Mailbox(address="a@b.c", name="Ann")),
        ("undisclosed-recipients:;", None),
        ("", None),
    ],
)
def test_an_author_is_read_as_written(said: str, meant: Mailbox | None) -> None:
    assert _read(f"From: {said}").author == meant


@pytest.mark.parametrize(
    ("header", "automatic", "bounce"),
    [
        ("Auto-Submitted: auto-replied (vacation)", True, False),
        ("Auto-Submitted: no", False, False),
        ("Precedence: bulk", True, False),
        ("Precedence: first-class", False, False),
        ("List-Id: <l.example.org>", True, False),
        ("X-Auto-Response-Suppress: DR, OOF", True, False),
        ("X-Auto-Response-Suppress: DR", False, False),
        ("X-Autoreply: yes", True, False),
        ("Return-Path: <>", True, False),
        ("Return-Path: <>\nSubject: Undelivered Mail Returned to Sender", True, True),
        ("From: MAILER-DAEMON@example.org", True, True),
        ("From: postmaster@example.org\nSubject: Failure notice", True, True),
        ("From: postmaster@example.org\nSubject: Printer", False, False),
        ("Subject: Undeliverable: my parcel", False, False),
        ("X-Failed-Recipients: a@b.c", True, True),
        ("From: Иван <ivan@partner.example>", False, False),
    ],
)
def test_programs_are_told_from_people(
    header: str, *, automatic: bool, bounce: bool
) -> None:
    letter = _read(header)
    assert (letter.automatic, letter.bounce) == (automatic, bounce)


@pytest.mark.parametrize(
    ("kind", "bounce"),
    [("delivery-status", True), ("disposition-notification", False)],
)
def test_only_delivery_reports_are_bounces(kind: str, *, bounce: bool) -> None:
    head = f"Content-Type: multipart/report; report-type={kind}; boundary=b"
    letter = _read(head, b"--b\n\nreport\n--b--\n")
    assert (letter.automatic, letter.bounce) == (True, bounce)
