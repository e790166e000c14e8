"""Quotes that only a page's markup tells of are set apart, and forwards are read."""

# ruff: noqa: E501 - the lines are as long as programs write them
from __future__ import annotations

from email.message import EmailMessage

import pytest

from mail.quotes import forwards
from mail.reading import parse
from tickets.letter import Letter, Mailbox

ANSWER = "Спасибо, всё работает."
PAGES = {
    "Gmail": (
        '<div dir="ltr">{}</div><br><div class="gmail_quote"><div dir="ltr" '
        'class="gmail_attr">пн, 2 сәу. 2026 ж. сағ. 10:00, Ivan &lt;<a href="mailto:'
        'i@corp.example">i@corp.example</a>&gt;:<br></div><blockquote '
        'class="gmail_quote" style="margin:0 0 0 .8ex">Работает?</blockquote></div>'
    ),
    "Outlook on the web": (
        '<div>{}</div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" '
        'dir="ltr"><font>Некто: Иван<br>Некогда: вчера</font></div><div>Работает?</div>'
    ),
    "Outlook on the desk": (
        '<p class="MsoNormal">{}</p><div><div style="border:none;border-top:solid #E1E1E1 '
        '1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>Некто: Иван</p></div></div><p>Работает?</p>'
    ),
    "Thunderbird": (
        '<p>{}</p><div class="moz-cite-prefix">Иван, когда-то:<br></div>'
        '<blockquote type="cite" cite="mid:1@corp.example"><p>Работает?</p></blockquote>'
    ),
    "Apple": (
        "<div>{}</div><div><br><blockquote type='cite'><div>3 марта 2026 г., в 9:15, Иван "
        "написал(а):</div><div>Работает?</div></blockquote></div>"
    ),
    "Yandex": (
        "<div>{}</div><div>03.03.2026, 09:15, &quot;Иван&quot; &lt;i@corp.example&gt;:</div>"
        "<blockquote><div>Работает?</div></blockquote>"
    ),
    "Yandex, with headers": (
        "<div>{}</div><div>Кому: a@corp.example;</div><div>Тема: Вопрос;</div><div>03.03.2026, "
        '09:15, "Иван" &lt;i@corp.example&gt;:</div><blockquote>Работает?</blockquote>'
    ),
    "Mail.ru": (
        '<div>{}</div><blockquote style="border-left:1px solid #0857A6; margin:10px; '
        'padding:0 0 0 10px;">Вторник, 3 марта 2026, 9:15 +03:00 от Иван '
        "&lt;i@corp.example&gt;:<br><div>Работает?</div></blockquote>"
    ),
    "Yahoo": (
        '<div>{}</div><div id="y" class="yahoo_quoted">Tunc scripsit Ivan<br>Работает?</div>'
    ),
}  # fmt: skip


def _read(page: str, *, text: str = "", subject: str = "Re: Вопрос") -> Letter:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "anna@corp.example", subject
    if text:
        mail.set_content(text)
        mail.add_alternative(page, subtype="html")
    else:
        mail.set_content(page, subtype="html")
    return parse.read(mail.as_bytes())


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_quote_in_a_page_is_set_apart(page: str) -> None:
    letter = _read(page.replace("{}", ANSWER))
    assert letter.text == ANSWER
    assert "Работает?" in letter.quoted
    assert "Работает?" in (letter.html or "")
    assert "\x0e" not in letter.quoted


def test_a_page_tells_of_a_quote_that_the_text_hides() -> None:
    page = PAGES["Outlook on the web"].replace("{}", ANSWER)
    letter = _read(page, text=f"{ANSWER}\n\nНекто: Иван\nНекогда: вчера\n\nРаботает?")
    assert letter.text == ANSWER
    assert "Работает?" in letter.quoted


def test_answers_between_the_quotes_of_a_page_are_kept_with_them() -> None:
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">Иван пишет:</div>'
        '<blockquote class="gmail_quote">Этаж?</blockquote><div>Второй</div>'
        '<blockquote class="gmail_quote">Номер?</blockquote><div>17</div></div>'
    )
    words = "Иван пишет: > Этаж? Второй > Номер? 17"
    assert _read(page).text.split() == words.split()


def test_what_a_person_drew_as_a_quote_is_theirs() -> None:
    page = 'See:<blockquote class="gmail_quote"><div>All the world<br>a stage</div></blockquote>'
    assert _read(page).text == "See:\n\nAll the world\na stage"


def test_a_page_of_a_quote_alone_is_kept() -> None:
    letter = _read(PAGES["Thunderbird"].replace("{}", ""))
    assert "Работает?" in letter.text
    assert not letter.quoted


IVAN = Mailbox(address="ivan@corp.example", name="Иван Лесной")


FORWARDS = {
    "Gmail": (
        "---------- Forwarded message ---------\n"
        "От: Иван Лесной <ivan@corp.example>\nDate: вт, 3 мар. 2026 г. в 09:15"
    ),
    "Outlook": (
        "From: Иван Лесной [mailto:ivan@corp.example]\n"
        "Sent: Tuesday, March 03, 2026 9:15 AM\nTo: Анна\nSubject: Счёт"
    ),
    "Yandex": (
        "-------- Пересылаемое сообщение --------\n"
        '03.03.2026, 09:15, "Иван Лесной" <ivan@corp.example>:'
    ),
    "Thunderbird": (
        "-------- Перенаправленное сообщение --------\nТема: Счёт\n"
        "Дата: Tue, 3 Mar 2026\nОт: Иван Лесной <ivan@corp.example>\nКому: Анна"
    ),
    "Apple": (
        "Начало переадресованного сообщения:\n\n"
        "> От: Иван Лесной\n> <ivan@corp.example>\n> Тема: Счёт"
    ),
    "bold": (
        "*От:* Иван Лесной <ivan@corp.example>\n*Отправлено:* 3 марта 2026 г. 9:15"
    ),
}  # fmt: skip


@pytest.mark.parametrize("subject", ["Fwd: Счёт", "FW: Счёт", "[desk] Переслать: Счёт"])
@pytest.mark.parametrize("head", FORWARDS.values(), ids=FORWARDS.keys())
def test_a_forward_is_content_and_names_its_author(subject: str, head: str) -> None:
    text = f"Оплатите, пожалуйста.\n\n{head}\n\nСчёт во вложении.\n"
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "anna@corp.example", subject
    mail.set_content(text)
    letter = parse.read(mail.as_bytes())
    assert letter.text == text
    assert (letter.quoted, letter.forwarded_from) == ("", IVAN)
    assert letter.author == Mailbox(address="anna@corp.example")


def test_an_answer_to_a_forward_is_an_answer() -> None:
    assert not forwards.is_forward("Re: Fwd: Счёт")
    letter = _read("", text="Да.\n\nОт: И <i@corp.example>\nДата: 03.03.2026\n\nСчёт")
    assert (letter.text, letter.forwarded_from) == ("Да.", None)


def test_a_forward_whose_author_nobody_can_read_has_none() -> None:
    text = "---------- Forwarded message ---------\nFrom: Ivan\n\nText"
    assert parse.read(f"Subject: Fwd: x\n\n{text}".encode()).forwarded_from is None
