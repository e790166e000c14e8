"""A notice becomes a whole mail: its words, its thread, its safe headers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from typing import Any

import pytest
from typing_extensions import override

from mail.reading import parse
from mail.sending.notices import Sender, Stamp, compose_notice
from templates.errors import FactsError, UnknownTextError
from templates.texts import Texts
from tickets.letter import File, Mailbox
from tickets.model import (
    Comment,
    CommentId,
    Contact,
    ContactId,
    DeliveryId,
    Specialist,
    SpecialistId,
    Ticket,
    TicketId,
)
from tickets.outgoing import MailNotice
from tickets.tokens import Signer
from tickets.words import Channel, Priority, Trust, Visibility

TEXTS = Texts(language="ru", timezone="Europe/Moscow")
SIGNER = Signer(keys=(b"key",), address="support@example.org")
SENDER = Sender(address="support@example.org", name="Поддержка", signer=SIGNER)
STAMP = Stamp(nonce="k3v9", at=datetime(2026, 11, 23, 9, 5, tzinfo=UTC))
IVAN = Mailbox(address="ivan@partner.example", name="Иван Петров")
OLGA = Mailbox(address="olga@partner.example")
CONTACT = Contact(id=ContactId(1), name="Иван Петров", email="ivan@partner.example")
MARIA = Specialist(id=SpecialistId(1), name="Мария Иванова", telegram_id=1, site="NN")
TICKET = Ticket(
    id=TicketId(7),
    number="NN-7",
    version=1,
    site="NN",
    organisation=None,
    requester=CONTACT,
    subject="Re: Не печатает принтер",
    process="default",
    stage="new",
    awaiting=None,
    priority=Priority.NORMAL,
    assignee=None,
    opened_at=STAMP.at,
)
COMMENT = Comment(
    id=CommentId(3),
    public_id="c",
    ticket_id=TICKET.id,
    author=MARIA,
    visibility=Visibility.PUBLIC,
    trust=Trust.PROVEN,
    channel=Channel.TELEGRAM,
    at=STAMP.at,
    text="Добрый день!\n\nОбновите драйвер: https://example.org/d?a=1&b=2",
)
ACCEPTED = MailNotice(
    delivery=DeliveryId(12),
    kind="accepted",
    recipient="ivan@partner.example",
    recipient_name="Иван Петров",
    language="ru",
    ticket=TICKET,
    to=(IVAN,),
    cc=(OLGA,),
    references=("<1@partner.example>", "<2@partner.example>"),
    in_reply_to="<2@partner.example>",
)
ANSWER = replace(ACCEPTED, kind="answer", comment=COMMENT)
RUSSIAN_END = (
    "Специалист ответит вам по почте. "
    "Чтобы что-то добавить, просто ответьте на это письмо."
)
ENGLISH_END = (
    "A specialist will answer you by mail. "
    "To add something, just reply to this message."
)
HOSTILE = '"\r\nBcc: victim@example.net\r\n\r\n<b>&amp;😀\u202eгпж\u2028 שלום'


def raw_of(notice: MailNotice, sender: Sender = SENDER) -> bytes:
    return compose_notice(notice, TEXTS, sender=sender, stamp=STAMP)[1]


def mail_of(notice: MailNotice, **changes: Any) -> EmailMessage:
    raw = raw_of(replace(notice, **changes))
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class _Page(HTMLParser):
    """The lines a reader sees of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = ""

    @override
    def handle_starttag(self, tag: str, _attrs: object) -> None:
        assert tag not in {"script", "style", "img", "link"}
        self.shown += "\n" if tag in {"tr", "td", "p", "br", "body"} else ""

    @override
    def handle_data(self, data: str) -> None:
        self.shown += data.replace("\n", " ")


def seen_in(mail: EmailMessage) -> list[str]:
    page = _Page()
    page.feed(text_of(mail, "html").partition("</head>")[2])
    lines = (" ".join(each.split()) for each in page.shown.splitlines())
    return [each for each in lines if each]


def headers(mail: EmailMessage) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in mail.items()
        if name not in {"MIME-Version", "Content-Type"}
    }


REPLY_TO = "support+nn-7.KEY@example.org".replace(
    "KEY", SIGNER.token("NN-7", "ivan@partner.example")
)
COMMON = {
    "From": "Поддержка <support@example.org>",
    "To": "Иван Петров <ivan@partner.example>",
    "Cc": "olga@partner.example",
    "Message-ID": "<12.k3v9@example.org>",
    "Date": "Mon, 23 Nov 2026 09:05:00 +0000",
    "Reply-To": REPLY_TO,
    "In-Reply-To": "<2@partner.example>",
    "References": "<1@partner.example> <2@partner.example>",
    "X-Zayavka-Ticket": "NN-7",
}


def test_an_acknowledgement_in_russian() -> None:
    mail = mail_of(ACCEPTED)
    assert headers(mail) == COMMON | {
        "Subject": "[NN-7] Re: Не печатает принтер",
        "Auto-Submitted": "auto-replied",
    }
    assert text_of(mail, "plain") == (
        "Спасибо, мы получили ваше сообщение.\n\n"
        "Номер вашей заявки: NN-7\n"
        "Тема: Re: Не печатает принтер\n\n"
        f"{RUSSIAN_END}\n"
    )
    assert seen_in(mail) == [
        "Спасибо, мы получили ваше сообщение.",
        "Номер вашей заявки:",
        "NN-7",
        "Тема:",
        "Re: Не печатает принтер",
        RUSSIAN_END,
    ]


def test_an_acknowledgement_in_english() -> None:
    mail = mail_of(ACCEPTED, language="en")
    assert mail["Subject"] == "[NN-7] Re: Не печатает принтер"
    assert seen_in(mail) == [
        "Thank you, we have received your message.",
        "The number of your request:",
        "NN-7",
        "Subject:",
        "Re: Не печатает принтер",
        ENGLISH_END,
    ]


def test_an_answer_in_russian() -> None:
    mail = mail_of(ANSWER)
    subject = {"Subject": "[NN-7] Re: Не печатает принтер"}
    assert headers(mail) == COMMON | subject, "a person wrote it: no Auto-Submitted"
    assert text_of(mail, "plain") == (
        "Добрый день!\n\n"
        "Обновите драйвер: https://example.org/d?a=1&b=2\n\n"
        "-- \n"
        "NN-7 · Мария Иванова\n"
        "Чтобы продолжить, ответьте на это письмо.\n"
    )
    assert seen_in(mail) == [
        "Добрый день!",
        "Обновите драйвер: https://example.org/d?a=1&b=2",
        "NN-7 · Мария Иванова",
        "Чтобы продолжить, ответьте на это письмо.",
    ]
    assert '<a href="https://example.org/d?a=1&amp;b=2">' in text_of(mail, "html")


def test_an_answer_in_english_names_the_files_that_were_too_big() -> None:
    unsent = ("dump.bin", "<i>video</i>.mp4")
    seen = seen_in(mail_of(ANSWER, language="en", unsent=unsent))
    missing = (
        "2 files are too large for mail and are not attached: "
        "dump.bin, <i>video</i>.mp4. "
        "Reply if you need them, and we will find another way."
    )
    assert seen[-3:] == [
        missing,
        "NN-7 · Мария Иванова",
        "To continue, reply to this message.",
    ]


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 файл слишком велик"), (3, "3 файла слишком"), (5, "5 файлов слишком")],
)
def test_the_files_that_were_too_big_are_counted_in_russian(
    count: int, words: str
) -> None:
    mail = mail_of(ANSWER, unsent=("dump.bin",) * count)
    assert words in text_of(mail, "plain")
    assert any(each.startswith(words) for each in seen_in(mail))


def test_an_answer_of_files_alone_says_so() -> None:
    file = File(name="Отчёт.pdf", media_type="application/pdf", content=b"%PDF")
    comment = replace(COMMENT, text="")
    mail = mail_of(ANSWER, comment=comment, files=(file,))
    assert text_of(mail, "plain").startswith("Ответ во вложении.\n\n-- \n")
    assert seen_in(mail)[0] == "Ответ во вложении."
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Отчёт.pdf", b"%PDF")


@pytest.mark.parametrize(
    ("kind", "language", "subject"),
    [
        ("accepted", "ru", "[NN-7] (без темы)"),
        ("accepted", "en", "[NN-7] (no subject)"),
        ("answer", "ru", "[NN-7] Re: (без темы)"),
        ("answer", "en", "[NN-7] Re: (no subject)"),
    ],
)
def test_an_empty_subject_is_said_to_be_empty(
    kind: str, language: str, subject: str
) -> None:
    ticket = replace(TICKET, subject=" ")
    mail = mail_of(ANSWER, kind=kind, language=language, ticket=ticket)
    assert mail["Subject"] == subject


def test_a_hostile_subject_and_hostile_names_stay_in_their_places() -> None:
    mail = mail_of(
        ANSWER,
        ticket=replace(TICKET, subject=HOSTILE),
        to=(Mailbox(address="ivan@partner.example", name=HOSTILE),),
        comment=replace(COMMENT, author=replace(MARIA, name=HOSTILE)),
        unsent=(HOSTILE,),
    )
    flat = '" Bcc: victim@example.net <b>&amp;😀 гпж שלום'
    assert mail["Bcc"] is None
    assert mail["Subject"] == f"[NN-7] Re: {flat}"
    assert [one.addr_spec for one in mail["To"].addresses] == ["ivan@partner.example"]
    assert f"NN-7 · {flat}" in seen_in(mail)
    assert f"NN-7 · {flat}\n" in text_of(mail, "plain")
    assert f"не приложен: {flat}. " in text_of(mail, "plain")
    assert "<b>&amp;😀" not in text_of(mail, "html")


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    comment = replace(COMMENT, text="<script>alert(1)</script>\n{{ 7*7 }} %(number)s")
    seen = seen_in(mail_of(ANSWER, comment=comment))
    assert seen[:2] == ["<script>alert(1)</script>", "{{ 7*7 }} %(number)s"]


def test_our_own_reader_finds_thread_and_ticket() -> None:
    letter = parse.read(raw_of(ANSWER))
    assert letter.message_id == "<12.k3v9@example.org>"
    assert letter.references == ANSWER.references
    assert letter.in_reply_to == ("<2@partner.example>",)
    assert letter.own_ticket == "NN-7"
    assert not letter.automatic
    assert parse.read(raw_of(ACCEPTED)).automatic
    said = SIGNER.read(letter.reply_to[0].address)
    assert said is not None
    assert SIGNER.proves(said.token, "NN-7", "ivan@partner.example")
    assert not SIGNER.proves(said.token, "NN-7", "olga@partner.example")


def test_the_same_notice_and_stamp_make_the_same_bytes() -> None:
    assert raw_of(ANSWER) == raw_of(ANSWER)


def test_without_signed_addresses_an_answer_goes_to_the_desk() -> None:
    sender = replace(SENDER, signer=replace(SIGNER, style="off"))
    letter = parse.read(raw_of(ANSWER, sender))
    assert letter.reply_to == ()
    assert letter.author == Mailbox(address="support@example.org", name="Поддержка")


def test_a_site_may_write_in_its_own_name() -> None:
    sender = replace(SENDER, sites={"NN": "Поддержка, Нижний Новгород"})
    author = parse.read(raw_of(ANSWER, sender)).author
    assert author is not None
    assert author.name == "Поддержка, Нижний Новгород"


def test_an_answer_without_its_comment_is_refused() -> None:
    with pytest.raises(FactsError, match=r"answer.*'text' is undefined"):
        raw_of(replace(ANSWER, comment=None))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownTextError, match="no text 'farewell'"):
        raw_of(replace(ANSWER, kind="farewell"))
