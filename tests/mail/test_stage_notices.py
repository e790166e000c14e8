"""A mail about a ticket's stage says by itself what happened and what to do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from mail.reading import parse
from tests.mail.test_notices import (
    ACCEPTED,
    COMMON,
    CONTACT,
    HOSTILE,
    MARIA,
    TICKET,
    headers,
    mail_of,
    raw_of,
    seen_in,
    text_of,
)
from tickets.model import Contact, Specialist


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is read in a notice: what happened, who, and what to do now."""

    kind: str
    language: str
    happened: str
    who: tuple[str, str]
    now: str
    by: Contact | Specialist = MARIA


BY_MARIA = ("Специалист:", "Мария Иванова")
BY_MARIA_EN = ("Specialist:", "Мария Иванова")
ADD = "Чтобы что-то добавить, просто ответьте на это письмо."
ADD_EN = "To add something, just reply to this message."
NOTICES = (
    Told(
        kind="taken",
        language="ru",
        happened="Мы начали работу над вашей заявкой.",
        who=BY_MARIA,
        now=f"Ответ придёт вам по почте. {ADD}",
    ),
    Told(
        kind="taken",
        language="en",
        happened="We have started to work on your request.",
        who=BY_MARIA_EN,
        now=f"The answer will come to you by mail. {ADD_EN}",
    ),
    Told(
        kind="resolved",
        language="ru",
        happened="Ваша заявка решена.",
        who=BY_MARIA,
        now="Если всё в порядке, отвечать не нужно. Если вопрос остался, "
        "просто ответьте на это письмо, и заявка снова откроется.",
    ),
    Told(
        kind="resolved",
        language="en",
        happened="Your request is resolved.",
        who=BY_MARIA_EN,
        now="If everything is in order, there is nothing for you to do. "
        "If something is not, just reply to this message, "
        "and the request will be open again.",
    ),
    Told(
        kind="closed",
        language="ru",
        happened="Ваша заявка закрыта.",
        who=BY_MARIA,
        now="Если вопрос вернётся, просто ответьте на это письмо, "
        "и заявка снова откроется.",
    ),
    Told(
        kind="closed",
        language="en",
        happened="Your request is closed.",
        who=BY_MARIA_EN,
        now="If the question comes back, just reply to this message, "
        "and the request will be open again.",
    ),
    Told(
        kind="reopened",
        language="ru",
        happened="Ваша заявка снова открыта.",
        who=BY_MARIA,
        now=f"Мы снова ею занимаемся. {ADD}",
    ),
    Told(
        kind="reopened",
        language="ru",
        happened="Мы получили новое сообщение, и ваша заявка снова открыта.",
        who=("От:", "Иван Петров"),
        now=f"Мы снова ею занимаемся. {ADD}",
        by=CONTACT,
    ),
    Told(
        kind="reopened",
        language="en",
        happened="We have received a new message, and your request is open again.",
        who=("From:", "Иван Петров"),
        now=f"We are working on it again. {ADD_EN}",
        by=CONTACT,
    ),
)


@pytest.mark.parametrize(
    "told", NOTICES, ids=lambda one: f"{one.kind}-{one.language}-{type(one.by)}"
)
def test_a_notice_is_understood_by_itself(told: Told) -> None:
    mail = mail_of(ACCEPTED, kind=told.kind, language=told.language, who=told.by)
    assert headers(mail) == COMMON | {
        "Subject": "[NN-7] Re: Не печатает принтер",
        "Auto-Submitted": "auto-generated",
    }
    number, subject = {
        "ru": ("Номер вашей заявки:", "Тема:"),
        "en": ("The number of your request:", "Subject:"),
    }[told.language]
    assert text_of(mail, "plain") == (
        f"{told.happened}\n\n"
        f"{number} NN-7\n"
        f"{subject} Re: Не печатает принтер\n"
        f"{' '.join(told.who)}\n\n"
        f"{told.now}\n"
    )
    assert seen_in(mail) == [
        told.happened,
        number,
        "NN-7",
        subject,
        "Re: Не печатает принтер",
        *told.who,
        told.now,
    ]


@pytest.mark.parametrize("kind", ["taken", "resolved", "closed", "reopened"])
def test_a_notice_of_nobody_names_nobody(kind: str) -> None:
    words = text_of(mail_of(ACCEPTED, kind=kind), "plain")
    assert "Специалист" not in words
    assert "От:" not in words
    assert "Тема: Re: Не печатает принтер\n\n" in words


@pytest.mark.parametrize("kind", ["taken", "resolved", "closed", "reopened"])
def test_a_notice_keeps_hostile_words_in_their_places(kind: str) -> None:
    who = replace(MARIA, name=HOSTILE)
    ticket = replace(TICKET, subject=HOSTILE)
    mail = mail_of(ACCEPTED, kind=kind, who=who, ticket=ticket)
    flat = '" Bcc: victim@example.net <b>&amp;😀 гпж שלום'
    assert mail["Bcc"] is None
    assert f"Специалист: {flat}\n" in text_of(mail, "plain")
    assert seen_in(mail).count(flat) == 2
    assert "<b>&amp;😀" not in text_of(mail, "html")


def test_our_own_reader_knows_a_notice_for_a_programs() -> None:
    assert parse.read(raw_of(replace(ACCEPTED, kind="closed", who=MARIA))).automatic
