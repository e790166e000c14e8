"""Reports in no form at all are told from what people say of mails that fail."""

from __future__ import annotations

import time

import pytest

from mail.reading import parse
from tickets.letter import Report, Robot
from tickets.words import Fate

OLGA = "olga@partner.example"
NOBODY = "Return-Path: <>\n"
REPLYING = "Auto-Submitted: auto-replied\nIn-Reply-To: <1@example.org>\n"
RETURNED = """\
--b
Content-Type: message/rfc822

From: support@example.org
To: olga@partner.example
Message-ID: <7.0123456789abcdef@example.org>

Text.
--b--
"""


def report(head: str, text: str) -> Report | None:
    mail = f"{head}\nTo: support@example.org\n\n{text}\n"
    return parse.read(mail.encode()).report


def mixed(text: str) -> tuple[str, str]:
    kind = "Content-Type: multipart/mixed; boundary=b"
    return kind, f"--b\nContent-Type: text/plain\n\n{text}\n{RETURNED}"


@pytest.mark.parametrize(
    ("head", "text", "words"),
    [
        pytest.param(
            f"{NOBODY}From: Почта <noreply@mx.example>\nSubject: Уведомление",
            f"Письмо не удалось доставить адресату {OLGA}: 552 5.2.2 ящик переполнен",
            "552 5.2.2 ящик переполнен",
            id="a Russian provider",
        ),
        pytest.param(
            "From: Postmaster@partner.example\nSubject: СБОЙ ДОСТАВКИ: Принтер",
            f"не было доставлено следующим получателям:\n\n  {OLGA}\n\nпо причине:\n\n"
            "  Пользователь olga не найден в каталоге Domino",
            "Пользователь olga не найден в каталоге Domino",
            id="Domino in Russian",
        ),
        pytest.param(
            f"{NOBODY}From: Postmaster@partner.example\nSubject: Ihre Nachricht",
            f"konnte nicht zugestellt werden.\n\n{OLGA}: Unbekannter Empfänger",
            "Unbekannter Empfänger",
            id="German",
        ),
        pytest.param(
            f"From: MicrosoftExchange{'0a' * 16}@partner.example\nSubject: Принтер",
            f"Your message to {OLGA} couldn't be delivered.\n550 5.1.10 Not found",
            "550 5.1.10 Not found",
            id="Exchange by its own name",
        ),
        pytest.param(
            f"{NOBODY}From: postmaster@mx.example\nSubject: Teslim edilemedi",
            f"{OLGA} 550 5.1.1 Kullanıcı yok",
            "550 5.1.1 Kullanıcı yok",
            id="a tongue that is not known here",
        ),
        pytest.param(
            "From: postmaster@mx.example\nSubject: Undeliverable Mail",
            f"User mailbox exceeds allowed size: {OLGA}\n\nOriginal message follows.",
            f"User mailbox exceeds allowed size: {OLGA}",
            id="the reason before the address",
        ),
        pytest.param(
            "From: MAILER-DAEMON@mx.example\nSubject: Delivery Status Notification",
            f"Final-Recipient: rfc822; {OLGA}\nDiagnostic-Code: smtp; 550 No such user",
            "550 No such user",
            id="a status in the text",
        ),
        pytest.param(
            "From: MAILER-DAEMON@mx.example\nSubject: failure notice",
            f"554 Too many hops: from <support@example.org>, to <{OLGA}>",
            f"554 Too many hops: from <support@example.org>, to <{OLGA}>",
            id="beside our own address",
        ),
        pytest.param(
            f"{NOBODY}From: System <postmaster@mx.example>\nSubject: E\n"
            + mixed("did not reach the following recipient(s):")[0],
            mixed(
                "did not reach the following recipient(s):\n\nOlga\n"
                "    The recipient name is not recognized"
            )[1],
            "The recipient name is not recognized",
            id="only the returned mail has the address",
        ),
        pytest.param(
            f"From: no-reply@mx.example\nSubject: エラー通知\n{mixed('')[0]}",
            mixed(f"Could not be delivered to: <{OLGA}>\nTheir mailbox is full.")[1],
            "Their mailbox is full.",
            id="no postmaster and no path",
        ),
    ],
)
def test_a_free_report_names_recipient_and_reason(
    head: str, text: str, words: str
) -> None:
    told = report(head, text)
    assert told is not None
    assert (told.recipients, told.words) == ((OLGA,), words)


@pytest.mark.parametrize(
    "text",
    [
        "Доставка письма ещё не удалась, попытки доставки продолжаются.",
        "ЭТО ТОЛЬКО ПРЕДУПРЕЖДЕНИЕ. Доставка не удалась.",
        "Сервер будет повторять попытки. Повторно отправлять письмо не нужно.",
    ],
)
def test_a_russian_report_may_tell_of_a_delay(text: str) -> None:
    told = report("From: mailer-daemon@mx.example\nSubject: Ваше письмо", text)
    assert told is not None
    assert told.fate is Fate.DELAYED


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (
            "From: olga@partner.example\nSubject: Ошибка доставки",
            "Письма не доставлены",
        ),
        (
            "From: admin@partner.example\nSubject: Undeliverable mail",
            "We get 550 5.1.1 <a@b.example>: mail could not be delivered",
        ),
        (
            "From: postmaster@partner.example\nSubject: Re: Недоставленная почта",
            "Разблокировали, повторите.",
        ),
        (
            "From: delivery@shop.example\nSubject: Delivery failed",
            "Your parcel could not be delivered to Lenin street 5, 550 123.",
        ),
        (
            f"{NOBODY}{REPLYING}From: a@b.example\nSubject: Re: Письмо не доставлено",
            "Заявка принята: «Письмо не доставлено a@b.example»",
        ),
        (
            f"{NOBODY}{REPLYING}From: desk@b.example\nSubject: [1] Недоставка",
            "Заявка принята: «Письмо не доставлено a@b.example»",
        ),
        (
            f"{NOBODY}From: olga@partner.example\nSubject: Почта",
            "Письмо на a@b.example возвращается: 550 5.1.1 user unknown. Помогите!",
        ),
        (
            "From: Ivan <postmaster@partner.example>\nSubject: Блокировка",
            "Ваши письма на a@b.example не доставлены из-за чёрного списка.",
        ),
        (
            f"From: noreply@forms.example\nSubject: Обращение\n{mixed('')[0]}",
            mixed("Клиент пишет: заказ не доставлен.")[1],
        ),
        (
            f"{NOBODY}From: olga@partner.example\nSubject: Automatic reply: Mail",
            "I left; your mail could not be delivered to anybody.",
        ),
        (
            f"From: olga@partner.example\nSubject: Почта\n{mixed('')[0]}",
            mixed("Что это такое?")[1],
        ),
    ],
)
def test_who_speaks_of_a_failure_reports_none(head: str, text: str) -> None:
    assert report(head, text) is None


def test_a_status_alone_is_a_report() -> None:
    told = report(
        "From: mx@partner.example\nContent-Type: message/delivery-status",
        f"Reporting-MTA: dns; mx\nAction: failed\n\nFinal-Recipient: rfc822; {OLGA}",
    )
    assert told is not None
    assert (told.recipients, told.fate) == ((OLGA,), Fate.FAILED)


def test_the_action_may_stand_among_the_fields_of_the_mail() -> None:
    told = report(
        "From: mx@partner.example\nContent-Type: message/delivery-status",
        f"Action: delayed\n\nFinal-Recipient: rfc822; {OLGA}\nStatus: 5.0.0",
    )
    assert told is not None
    assert told.fate is Fate.DELAYED


def test_a_postmaster_who_sends_a_receipt_refused_the_mail() -> None:
    told = report(
        "From: postmaster@mx.example\nSubject: Rejected: Принтер\nContent-Type: "
        "multipart/report; report-type=disposition-notification; boundary=b",
        f"--b\n\nYour message to <{OLGA}> was rejected: 552 over quota\n--b--",
    )
    assert told is not None
    assert (told.recipients, told.words) == ((OLGA,), "552 over quota")


@pytest.mark.parametrize("kind", ["report", "mixed"])
def test_a_receipt_need_not_say_so_in_its_head(kind: str) -> None:
    mail = (
        "From: olga@partner.example\nSubject: Прочтено: Принтер\n"
        f"Content-Type: multipart/{kind}; boundary=b\n\n--b\n\nПрочтено\n--b\n"
        "Content-Type: message/disposition-notification\n\nDisposition: x; displayed\n"
        "--b--\n"
    )
    assert parse.read(mail.encode()).robot is Robot.RECEIPT


@pytest.mark.parametrize(
    "line",
    [
        "delivery failed to " * 900,
        "доставка " + "слово " * 5000,
        "не " * 6000,
        "sent " * 4000,
        "a" * 16000,
        "a@" + "b." * 8000,
        "recipient a@b.example, " * 800,
        "a@b.example\n" * 1300,
        "message-id: <a@b.example>\n" * 2000,
        "\n" * 16000,
    ],
)
def test_no_text_takes_long(line: str) -> None:
    began = time.process_time()
    report(f"{NOBODY}From: a@b.example\nSubject: {line[:200].strip()}", line)
    report("From: MAILER-DAEMON@b.example\nSubject: x", line)
    assert time.process_time() - began < 1
