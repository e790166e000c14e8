"""An answer quotes the conversation in brief, and comes back without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.quotes.wrote import part
from mail.reading import parse
from mail.sending.quoting import brief, quote
from tests.mail.test_notices import (
    ANSWER,
    COMMENT,
    CONTACT,
    MARIA,
    STAMP,
    mail_of,
    seen_in,
    text_of,
)
from tickets.model import CommentId, System

FIRST = replace(
    COMMENT,
    id=CommentId(1),
    author=CONTACT,
    at=STAMP.at - timedelta(hours=2),
    text="Здравствуйте!\n\nПринтер не печатает <b>уже</b> час.\n1) включён\n2) мигает",
)
SECOND = replace(
    COMMENT,
    id=CommentId(2),
    at=STAMP.at - timedelta(hours=1),
    text="Какая у него модель? См. https://example.org/models",
)
QUOTING = replace(ANSWER, earlier=(SECOND, FIRST))
NEW = "Спасибо, обновил, и всё заработало.\n\nА второй принтер?"


def test_the_text_quotes_the_newest_first_below_the_line() -> None:
    assert text_of(mail_of(QUOTING), "plain") == (
        "Добрый день!\n\n"
        "Обновите драйвер: https://example.org/d?a=1&b=2\n\n"
        "-- \n"
        "NN-7 · Мария Иванова\n"
        "Чтобы продолжить, ответьте на это письмо.\n\n"
        "--- Пишите ответ выше этой строки ---\n\n"
        "Мария Иванова, 23 нояб. 2026, 11:05\n"
        "> Какая у него модель? См. https://example.org/models\n\n"
        "Иван Петров, 23 нояб. 2026, 10:05\n"
        "> Здравствуйте!\n"
        ">\n"
        "> Принтер не печатает <b>уже</b> час.\n"
        "> 1) включён\n"
        "> 2) мигает\n"
    )


def test_the_page_says_the_same() -> None:
    mail = mail_of(QUOTING, language="en")
    assert seen_in(mail)[3:] == [
        "To continue, reply to this message.",
        "--- Write your reply above this line ---",
        "Мария Иванова, 23 Nov 2026, 11:05",
        "Какая у него модель? См. https://example.org/models",
        "Иван Петров, 23 Nov 2026, 10:05",
        "Здравствуйте!",
        "Принтер не печатает <b>уже</b> час.",
        "1) включён",
        "2) мигает",
    ]
    page = text_of(mail, "html")
    assert "<blockquote" in page
    assert '<a href="https://example.org/models">' in page


def test_without_anything_before_there_is_no_line() -> None:
    assert "выше этой строки" not in text_of(mail_of(ANSWER), "plain")
    assert "<blockquote" not in text_of(mail_of(ANSWER), "html")


def test_who_has_no_name_is_not_shown_by_the_address() -> None:
    nameless = replace(CONTACT, name="ivan@partner.example")
    system = replace(COMMENT, author=System(name="erp"))
    (ivan, erp) = quote([replace(FIRST, author=nameless), system])
    assert (ivan["author"], erp["author"]) == ("ivan", "erp")


def test_files_alone_are_not_quoted() -> None:
    assert quote([replace(FIRST, text=" \n ")]) == []


def test_all_together_stays_brief() -> None:
    said = quote([replace(FIRST, text="слово " * 5000)] * 3)
    assert len(said) == 3
    assert len(str([one["lines"] for one in said])) < 1600


@given(st.text(alphabet="аб \n", max_size=2000), st.integers(0, 700))
def test_a_brief_text_is_short_and_says_where_it_was_cut(text: str, most: int) -> None:
    lines = brief(text, most)
    assert sum(map(len, lines)) <= most + 1
    assert len(lines) <= 9
    words = "".join(text.split())
    shown = "".join("".join(lines).split())
    assert shown == words or (shown.endswith("…") and words.startswith(shown[:-1]))


def indented(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


#: How clients put what they answer below what was written, in words and in HTML.
CLIENTS = {
    "gmail": "{new}\n\nпн, 23 нояб. 2026 г. в 12:05, Поддержка <support@example.org>:"
    "\n\n{quoted}\n",
    "gmail-en": "{new}\n\nOn Mon, Nov 23, 2026 at 12:05 PM Desk <support@example.org>"
    " wrote:\n\n{quoted}\n",
    "yandex": "{new}\n\n23.11.2026, 12:05, «Поддержка» <support@example.org>:\n"
    "{quoted}\n",
    "mail.ru": "{new}\n\n\n\n--\nИван\n\n>Понедельник, 23 ноября 2026, 12:05 +03:00 от "
    "Поддержка <support@example.org>:\n>\n{quoted}\n",
    "outlook": "{new}\n\nFrom: Поддержка <support@example.org>\n"
    "Sent: Monday, November 23, 2026 12:05 PM\nTo: Иван Петров\n"
    "Subject: [NN-7] Re: Принтер\n\n{bare}\n",
    "outlook-ru": "{new}\n\n________________________________\n"
    "От: Поддержка <support@example.org>\nОтправлено: 23 ноября 2026 г. 12:05\n"
    "Кому: Иван Петров\nТема: [NN-7] Re: Принтер\n\n{bare}\n",
}


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("client", CLIENTS)
def test_only_the_new_words_come_back(client: str, language: str) -> None:
    sent = text_of(mail_of(QUOTING, language=language), "plain")
    back = CLIENTS[client].format(new=NEW, quoted=indented(sent), bare=sent)
    assert part(back).text == NEW


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_was_said_before_is_cut_off_though_nothing_introduces_our_mail(
    language: str,
) -> None:
    """A client that says nothing leaves our words, never the conversation."""
    sent = text_of(mail_of(QUOTING, language=language), "plain")
    text = part(f"{NEW}\n\n{sent}").text
    assert text.startswith(NEW)
    for hidden in ("Принтер не печатает", "Какая у него модель", "---"):
        assert hidden not in text


HTML_CLIENTS = {
    "gmail": '<div dir="ltr">{new}</div><br><div class="gmail_quote"><div dir="ltr" '
    'class="gmail_attr">пн, 23 нояб. 2026 г. в 12:05, Поддержка &lt;<a href="mailto:s">'
    "support@example.org</a>&gt;:<br></div><blockquote class="
    '"gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">{page}'
    "</blockquote></div>",
    "outlook": '<div class="WordSection1"><p class="MsoNormal">{new}</p>'
    '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0 0 0">'
    '<p class="MsoNormal"><b>From:</b> Поддержка &lt;support@example.org&gt;<br>'
    "<b>Sent:</b> Monday, November 23, 2026 12:05 PM<br><b>To:</b> Иван<br>"
    "<b>Subject:</b> [NN-7] Re: Принтер</p></div>{page}</div>",
    "yandex": "<div>{new}</div><div> </div><div>23.11.2026, 12:05, «Поддержка» "
    "&lt;support@example.org&gt;:</div><blockquote>{page}</blockquote>",
}


@pytest.mark.parametrize("client", HTML_CLIENTS)
def test_only_the_new_words_come_back_as_html(client: str) -> None:
    page = text_of(mail_of(QUOTING), "html")
    body = page.partition("<body")[2].partition(">")[2].partition("</body>")[0]
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"] = "ivan@partner.example", "Re: [NN-7] Re: Принтер"
    shown = "<br>".join(NEW.splitlines())
    mail.set_content(HTML_CLIENTS[client].format(new=shown, page=body), subtype="html")
    assert parse.read(mail.as_bytes()).text.strip() == NEW


def test_a_hostile_comment_stays_a_quote() -> None:
    hostile = replace(
        FIRST, author=replace(MARIA, name="a\r\nBcc: b"), text="x\r\n\r\n-- \n<i>\u202e"
    )
    mail = mail_of(ANSWER, earlier=(hostile,))
    assert mail["Bcc"] is None
    assert "a Bcc: b, 23 нояб. 2026" in text_of(mail, "plain")
    assert "<i>" not in text_of(mail, "html")
