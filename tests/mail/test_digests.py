"""A digest is a whole mail that reads well with pictures and without."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest

from mail.sending.digests import write_alone
from mail.sending.notices import Sender, Stamp, compose_notice
from templates.texts import Texts
from tickets.digests import Format, Period
from tickets.figures import Day, Figures, FirstAnswers, Share, Waiting
from tickets.model import DeliveryId
from tickets.outgoing import DigestNotice, Exchange
from tickets.tokens import Signer

TEXTS = Texts(language="ru", timezone="Europe/Moscow")
SIGNER = Signer(keys=(b"key",), address="support@example.org")
SENDER = Sender(address="support@example.org", name="Поддержка", signer=SIGNER)
END = datetime(2026, 11, 23, 6, tzinfo=UTC)
STAMP = Stamp(nonce="k3v9", at=END)
PNG = b"\x89PNG\r\n\x1a\n"
FIGURES = Figures(
    period=Period(start=END - timedelta(days=7), end=END),
    timezone="Europe/Moscow",
    opened=56,
    closed=43,
    reopened=1,
    open=26,
    first_answers=FirstAnswers(count=8, median=4980.0, p90=93_600.0),
    sites=(Share(name="NN", opened=56, closed=43, open=26),),
    specialists=(
        Share(name="Анна Смирнова", opened=50, closed=43, open=20),
        Share(name=None, opened=6, closed=0, open=6),
    ),
    days=tuple(
        Day(day=date(2026, 11, 10 + place), opened=place, closed=place // 2)
        for place in range(14)
    ),
    waiting=(
        Waiting(
            number="NN-7",
            stage="in-progress",
            assignee="Анна Смирнова",
            since=END - timedelta(days=3, hours=4),
        ),
        Waiting(
            number="NN-9", stage="new", assignee=None, since=END - timedelta(minutes=5)
        ),
    ),
)
NOTICE = DigestNotice(
    delivery=DeliveryId(12),
    report="Неделя",
    recipient="boss@example.org",
    language="ru",
    format=Format.HTML,
    figures=FIGURES,
    subjects={"NN-7": "Не печатает принтер"},
)
HOSTILE = '"\r\nBcc: victim@example.net\r\n\r\n<b>&amp;😀\u202eгпж\u2028'


def mail(**changes: Any) -> EmailMessage:
    notice = replace(NOTICE, **changes)
    _, raw = compose_notice(notice, TEXTS, sender=SENDER, stamp=STAMP)
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message


def text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_it_is_from_the_desk_to_the_one_and_answers_nobody() -> None:
    message = mail()
    headers = {
        name: str(value)
        for name, value in message.items()
        if name not in {"MIME-Version", "Content-Type"}
    }
    assert headers == {
        "From": "Поддержка <support@example.org>",
        "To": "boss@example.org",
        "Subject": "Неделя: 16–23 нояб. 2026\u202fг.",
        "Message-ID": "<12.k3v9@example.org>",
        "Date": "Mon, 23 Nov 2026 06:00:00 +0000",
        "Auto-Submitted": "auto-generated",
    }


def test_its_text_says_everything_in_russian() -> None:
    assert text(mail(), "plain") == (
        "Неделя\n"
        "16 нояб. 2026, 09:00 – 23 нояб. 2026, 09:00 (Москва)\n"
        "\n"
        "Поступило: 56\n"
        "Закрыто: 43\n"
        "Возвращено в работу: 1\n"
        "Открыты на конец: 26\n"
        "\n"
        "Первых ответов: 8\n"
        "  половина за 1 ч 23 мин\n"
        "  девять из десяти за 1 дн. 2 ч\n"
        "\n"
        "По площадкам (поступило, закрыто, открыты на конец)\n"
        "  NN: 56, 43, 26\n"
        "\n"
        "По специалистам (поступило, закрыто, открыты на конец)\n"
        "  Анна Смирнова: 50, 43, 20\n"
        "  не назначен: 6, 0, 6\n"
        "\n"
        "Дольше всех ждут нас\n"
        "  NN-7 Не печатает принтер\n"
        "    3 дн. 4 ч, в работе, Анна Смирнова\n"
        "  NN-9 (без темы)\n"
        "    5 мин, новая, не назначен\n"
        "\n"
        "По дням (поступило, закрыто)\n"
        + "".join(f"  {10 + day} нояб.: {day}, {day // 2}\n" for day in range(14))
        + "\n"
        "-- \n"
        "Заявка, закрытая дважды, считается дважды. Площадка и специалист — те, что у "
        "заявки при составлении сводки. Время первого ответа считается от открытия "
        "заявки, круглосуточно.\n"
    )


def test_it_is_written_in_english() -> None:
    message = mail(language="en", report="Weekly")
    subject = str(message["Subject"]).replace("\u2009", " ")
    assert subject == "Weekly: Nov 16 – 23, 2026"
    for part in ("plain", "html"):
        said = text(message, part)
        assert not re.search("[а-я]", re.sub("Анна.*|Не печ.*", "", said))
        for words in ("Opened", "Waiting longest", "1 hr 23 min", "in progress"):
            assert words in said


def test_its_page_says_what_its_text_says() -> None:
    page = text(mail(), "html")
    for said in ("56", "43", "26", "1 ч 23 мин", "1 дн. 2 ч", "3 дн. 4 ч", "NN-7"):
        assert f">{said}<" in page or said in page
    assert "Не печатает принтер" in page
    assert "(без темы)" in page
    assert "<style" not in page
    assert "http" not in page  # nothing is fetched, nobody is watched


def test_its_chart_is_inside_it_and_told_to_those_who_do_not_see_it() -> None:
    message = mail()
    (chart,) = [one for one in message.walk() if one.get_content_type() == "image/png"]
    assert chart.get_payload(decode=True)[:8] == PNG  # type: ignore[index] # bytes, as it is no multipart
    assert chart.get_content_disposition() == "inline"
    name = str(chart["Content-ID"]).strip("<>")
    page = text(message, "html")
    assert f'src="cid:{name}"' in page
    (alt,) = re.findall('alt="([^"]*)"', page)
    assert alt.startswith("По дням (поступило, закрыто): 10 нояб.: 0, 0; 11 нояб.: 1,")
    kinds = [one.get_content_type() for one in message.walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]


def test_who_wants_text_gets_text_alone() -> None:
    message = mail(format=Format.TEXT)
    assert [one.get_content_type() for one in message.walk()] == ["text/plain"]
    assert "Поступило: 56" in text(message, "plain")


def test_one_that_is_late_says_so() -> None:
    late = END + timedelta(hours=5)
    for part in ("plain", "html"):
        said = text(mail(late=late), part)
        assert "Сводка запоздала: она составлена 23 нояб. 2026, 14:00." in said
        assert "запоздала" not in text(mail(), part)


def test_a_quiet_week_is_told_without_empty_tables() -> None:
    nothing = replace(
        FIGURES,
        opened=0,
        closed=0,
        reopened=0,
        open=0,
        first_answers=FirstAnswers(count=0, median=None, p90=None),
        sites=(),
        specialists=(),
        waiting=(),
        days=tuple(replace(one, opened=0, closed=0) for one in FIGURES.days),
    )
    message = mail(figures=nothing, subjects={})
    assert "Поступило: 0\n" in text(message, "plain")
    assert "Первых ответов: 0\n\nПо дням" in text(message, "plain")
    page = text(message, "html")
    assert "По площадкам" not in page
    assert "<img" in page


def test_hostile_words_stay_words() -> None:
    shares = (Share(name=HOSTILE, opened=1, closed=0, open=1),)
    message = mail(
        report=HOSTILE,
        figures=replace(FIGURES, sites=shares, specialists=shares),
        subjects={"NN-7": HOSTILE, "NN-9": HOSTILE},
    )
    assert message["Bcc"] is None
    page = text(message, "html")
    assert "<b>&amp;" not in page
    assert "&lt;b&gt;&amp;amp;" in page
    assert "\u202e" not in page


@pytest.mark.parametrize("style", list(Format))
def test_alone_it_needs_no_mail_around_it(style: Format) -> None:
    page = write_alone(replace(NOTICE, format=style), TEXTS)
    assert ("data:image/png;base64," in page) == (style is Format.HTML)
    assert "cid:" not in page


def test_the_same_digest_is_the_same_bytes() -> None:
    made = [compose_notice(NOTICE, TEXTS, sender=SENDER, stamp=STAMP) for _ in range(2)]
    assert made[0] == made[1]


def test_it_says_whether_the_bus_has_everything() -> None:
    at = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    whole = Exchange(name="erp", at=at, checked=1234, missing=0, extra=0, disordered=0)
    faulty = Exchange(name="crm", at=at, checked=9, missing=2, extra=0, disordered=1)
    message = mail(exchanges=(whole, faulty))
    said = text(message, "plain")
    assert (
        "\n\nШина данных erp, сверка 23 нояб. 2026, 03:30: "
        "всё отправленное на месте (1234)\n\nШина данных crm"
    ) in said
    assert "03:30: нет 2, лишних 0, не по порядку 1: нужно внимание" in said
    shown = text(message, "html")
    assert "всё отправленное на месте (1234)" in shown
    assert "<b style=" in shown
    assert "Шина" not in text(mail(), "plain")
