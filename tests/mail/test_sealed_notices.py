"""Who wrote an encrypted mail reads that it could not be read, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mail.test_notices import ACCEPTED, headers, mail_of, text_of
from tickets.outgoing import MailNotice

SEALED = {
    "ru": "Мы получили ваше письмо, но оно полностью или частично зашифровано, "
    "и прочитать его мы не можем.",
    "en": "We have received your message, but it is encrypted, wholly or in part, "
    "and we cannot read it.",
}
RESEND = {
    "ru": "Пожалуйста, пришлите его ещё раз без шифрования: "
    "просто ответьте на это письмо.",
    "en": "Please send it again without encryption: just reply to this message.",
}
NOTICES = (replace(ACCEPTED, sealed=True), replace(ACCEPTED, kind="sealed"))


@pytest.mark.parametrize("notice", NOTICES, ids=["opened", "continued"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_both_mails_say_the_same(notice: MailNotice, language: str) -> None:
    mail = mail_of(notice, language=language)
    text = text_of(mail, "plain").replace("\n", " ")
    assert SEALED[language] in text
    assert RESEND[language] in text
    assert "NN-7" in text
    page = " ".join(text_of(mail, "html").split())
    assert SEALED[language] in page
    assert RESEND[language] in page
    assert headers(mail)["Auto-Submitted"] == "auto-replied"


def test_a_mail_that_was_read_is_only_thanked_for() -> None:
    text = text_of(mail_of(ACCEPTED), "plain")
    assert "зашифровано" not in text
    assert "без шифрования" not in text
