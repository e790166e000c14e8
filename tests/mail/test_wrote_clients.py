"""What was written is set apart as rarer programs, desks and tongues quote and sign."""

# ruff: noqa: E501 - the lines are as long as programs write them
from __future__ import annotations

from email.message import EmailMessage

import pytest

from mail.quotes import wrote
from mail.reading import parse
from tests.mail.clients import ABOVE_MARKS, ANSWER, MARKED, QUOTED


@pytest.mark.parametrize("above", ABOVE_MARKS.values(), ids=ABOVE_MARKS.keys())
def test_the_answer_above_marked_lines_is_found(above: str) -> None:
    found = wrote.part(f"{ANSWER}\n\n{above}\n{MARKED}\n")
    assert found.text == ANSWER
    assert found.quoted.split() == f"{above} {MARKED}".split()


def test_a_quote_may_hold_its_own_introduction() -> None:
    """Mail.ru marks it as quoted, too, and signs below."""
    quote = (
        f"> Вторник, 3 марта 2026, 9:15 +03:00 от Пётр <p@corp.example>:\n>\n{MARKED}"
    )
    found = wrote.part(f"{ANSWER}\n\n{quote}\n\nС уважением, Анна\n")
    assert found.quoted.split() == quote.split()
    assert found.text.split() == f"{ANSWER} С уважением, Анна".split()


def test_a_signature_that_a_program_puts_below_the_quote_is_set_apart() -> None:
    card = "С уважением,\nАнна Белых\n+7 900 000-00-00"
    text = f"{ANSWER}\n\n{ABOVE_MARKS['a desk']}\n{MARKED}\n\n{card}\n"
    assert wrote.part(text).text == ANSWER
    text = f"{ABOVE_MARKS['a desk']}\n{MARKED}\n\n{ANSWER}\n\n{card}\n"
    assert wrote.part(text).text == f"{ANSWER}\n\n{card}"


def test_an_original_message_may_begin_within_a_line() -> None:
    found = wrote.part(f"Да. -----Original Message----- From: Пётр Sent: now\n{QUOTED}")
    assert found.text == "Да."


def test_regards_at_the_top_are_no_signature() -> None:
    text = "Regards to all!\n\nThe printer works.\n-- \nAnn"
    assert wrote.part(text).text == "Regards to all!\n\nThe printer works."


INTRODUCED = {
    "Yandex": "03.03.2026, 09:15, &quot;Служба поддержки&quot; &lt;d@corp.example&gt;:",
    "Mail.ru": "Вторник, 3 марта 2026, 9:15 +03:00 от d@corp.example:",
    "a name": "Иван Петров пишет:",
}


def _read(page: str, text: str = "") -> str:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "anna@corp.example", "Re: Вопрос"
    if text:
        mail.set_content(text)
        mail.add_alternative(page, subtype="html")
    else:
        mail.set_content(page, subtype="html")
    return parse.read(mail.as_bytes()).text.strip()


@pytest.mark.parametrize("above", INTRODUCED.values(), ids=INTRODUCED.keys())
def test_what_a_line_introduces_is_a_quote_wherever_the_answer_is(above: str) -> None:
    quote = f"<div>{above}</div><blockquote><div>Работает?</div></blockquote>"
    assert _read(f"<div>Да, спасибо.</div>{quote}") == "Да, спасибо."
    assert _read(f"{quote}<div>Да, спасибо.</div>") == "Да, спасибо."


@pytest.mark.parametrize(
    "above",
    [
        "Прошу рассчитать по чертежу от 12.03.2026:",
        "Совещание 12.03.2026 в 10:00, повестка:",
        "Документы присылайте на docs@corp.example:",
    ],
)
def test_what_a_sentence_announces_is_content(above: str) -> None:
    page = f"<div>{above}</div><blockquote>лист 4 мм<br>калитка</blockquote><p>Анна</p>"
    assert _read(page).split() == f"{above} лист 4 мм калитка Анна".split()


SIGNED = {
    "Gmail": '<div dir="ltr" class="gmail_signature">{}</div>',
    "Thunderbird": '<div class="moz-signature">-- <br>{}</div>',
    "Outlook on the web": '<div id="x_Signature"><div>{}</div></div>',
    "Outlook for telephones": '<div id="ms-outlook-mobile-signature"><p>{}</p></div>',
    "Mail.ru": '<div data-signature-widget="container"><div>--<br>{}</div></div>',
}
CARD = "Анна Белых<br>ООО «Ромашка»<br><a href='https://r.example/x'>сайт</a>"
GMAIL = (
    '<br><div class="gmail_quote"><div class="gmail_attr">вт, 3 мар. 2026 г. в 09:15, '
    '&lt;d@corp.example&gt;:</div><blockquote class="gmail_quote">Работает?</blockquote></div>'
)


@pytest.mark.parametrize("signed", SIGNED.values(), ids=SIGNED.keys())
@pytest.mark.parametrize("quote", ["", GMAIL], ids=["alone", "above a quote"])
def test_a_page_tells_of_a_signature(signed: str, quote: str) -> None:
    page = f"<div>Да, спасибо.</div>{signed.format(CARD)}{quote}"
    assert _read(page) == "Да, спасибо."
    text = "Да, спасибо.\n\nАнна Белых\nООО «Ромашка»\nсайт <https://r.example/x>\n"
    assert _read(page, text) == "Да, спасибо."


@pytest.mark.parametrize("signed", SIGNED.values(), ids=SIGNED.keys())
def test_a_signature_that_is_all_there_is_stays(signed: str) -> None:
    assert "ООО «Ромашка»" in _read(signed.format(CARD))


def test_a_signature_with_words_below_stays_with_them() -> None:
    page = f"<p>Да.</p>{SIGNED['Gmail'].format(CARD)}<p>Нет, подождите до среды.</p>"
    assert "ООО «Ромашка»" in _read(page)
