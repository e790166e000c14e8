"""Reports on deliveries: which mail failed, for whom, and what the server said."""

from __future__ import annotations

import time

import pytest

from mail.reading import parse
from tests.corpus.cases import cases
from tickets.letter import Report
from tickets.words import Fate

OWN = "<7.0123456789abcdef@example.org>"
SIGNED = "support+nn-1.abcdefghijklmnopqr@example.org"
RETURNED = f"""\
From: support@example.org
To: olga@partner.example
Subject: Re: [NN-1] =?utf-8?b?0J/RgNC40L3RgtC10YA=?=
Message-ID: {OWN}
Reply-To: {SIGNED}
References: <1@partner.example> <5.fedcba9876543210@example.org>
"""
DSN = """\
From: Mail Delivery System <MAILER-DAEMON@mx.partner.example>
To: support@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.partner.example>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type="delivery-status"; boundary="b"

--b

This is the mail system.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.partner.example

{status}
--b
Content-Type: {kind}

{returned}
--b--
"""
FAILED = """\
Final-Recipient: rfc822; olga@partner.example
Original-Recipient: rfc822;olga@partner.example
Action: {action}
Status: {code}
Diagnostic-Code: smtp; 550 5.1.1 <olga@partner.example>:
    no such user
"""


def report(text: str) -> Report:
    found = parse.read(text.encode()).report
    assert found is not None
    return found


def dsn(status: str, kind: str = "message/rfc822", returned: str = RETURNED) -> Report:
    return report(DSN.format(status=status, kind=kind, returned=returned))


def failed(action: str = "failed", code: str = "5.1.1") -> str:
    return FAILED.format(action=action, code=code)


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_names_the_mail_the_recipient_and_the_words(kind: str) -> None:
    told = dsn(failed(), kind)
    assert told.fate is Fate.FAILED
    assert told.recipients == ("olga@partner.example",)
    assert told.status == "5.1.1"
    assert told.words == "550 5.1.1 <olga@partner.example>: no such user"
    assert told.message_ids[0] == OWN
    assert told.reply_to == (SIGNED,)


def test_the_mails_that_a_returned_one_answered_are_not_meant() -> None:
    assert dsn(failed()).message_ids == (OWN,)


@pytest.mark.parametrize(
    ("action", "code", "fate"),
    [
        ("failed", "4.4.7", Fate.FAILED),
        ("Delayed", "4.4.1", Fate.DELAYED),
        ("delayed (still trying)", "4.0.0", Fate.DELAYED),
        ("delivered", "2.0.0", Fate.PASSED),
        ("relayed", "2.1.9", Fate.PASSED),
        ("expanded", "2.0.0", Fate.PASSED),
        ("oops", "5.0.0", Fate.FAILED),
        ("oops", "4.0.0", Fate.DELAYED),
        ("", "", Fate.FAILED),
    ],
)
def test_the_action_decides_and_else_the_code(
    action: str, code: str, fate: Fate
) -> None:
    assert dsn(failed(action, code)).fate is fate


def test_of_several_recipients_the_failed_ones_count() -> None:
    other = failed("delivered", "2.0.0").replace("olga", "ivan")
    told = dsn(f"{other}\n{failed()}")
    assert (told.fate, told.recipients) == (Fate.FAILED, ("olga@partner.example",))


def test_without_the_servers_words_the_text_or_the_code_is_said() -> None:
    bare = "Final-Recipient: rfc822; olga@partner.example\nAction: failed\n"
    assert dsn(f"{bare}Status: 5.2.2\n").words == "5.2.2"
    text = DSN.replace("This is the mail system.", "olga: mailbox is full")
    said = report(text.format(status=bare, kind="text/plain", returned=""))
    assert said.words == "olga: mailbox is full"


def test_a_returned_mail_in_base64_is_read() -> None:
    kind = "text/rfc822-headers\nContent-Transfer-Encoding: base64"
    coded = parse.read(
        DSN.format(status=failed(), kind=kind, returned=_coded()).encode()
    )
    assert coded.report is not None
    assert coded.report.message_ids == (OWN,)


def _coded() -> str:
    import base64

    return base64.encodebytes(RETURNED.encode()).decode()


EXIM = f"""\
From: Mail Delivery System <Mailer-Daemon@mx.partner.example>
Subject: {{subject}}

This message was created automatically by mail delivery software.

A message that you sent {{could}} be delivered to one or more of its
recipients.

  olga@partner.example
    {{why}}

------ This is a copy of the message, including all the headers. ------

{RETURNED}
Text.
"""


def test_a_free_report_is_read_all_the_same() -> None:
    told = report(
        EXIM.format(
            subject="Mail delivery failed: returning message to sender",
            could="could not",
            why="SMTP error from remote mailer after RCPT TO: 550 unknown user",
        )
    )
    assert (told.fate, told.words) == (Fate.FAILED, "550 unknown user")
    assert told.message_ids == (OWN,)
    assert told.reply_to == (SIGNED,)


def test_a_free_report_may_tell_of_a_delay() -> None:
    told = report(
        EXIM.format(
            subject="Warning: message 1abc delayed 24 hours",
            could="has not yet",
            why="host mx2.partner.example: connection timed out",
        )
    )
    assert told.fate is Fate.DELAYED
    assert "timed out" in told.words


def test_a_bare_report_is_known_by_the_mail_that_it_answers() -> None:
    told = report(
        "From: postmaster@partner.example\nSubject: Не доставлено: Принтер\n"
        f"In-Reply-To: {OWN}\n\nПользователь не найден.\n"
    )
    assert told.message_ids == (OWN,)
    assert told.words == "Пользователь не найден."


@pytest.mark.parametrize(
    ("head", "null_path", "known"),
    [
        ("From: mx@partner.example\nSubject: Delivery failure", True, True),
        ("From: mx@partner.example\nSubject: Delivery failure", False, False),
        ("From: ivan@partner.example\nSubject: Принтер", True, False),
        ("From: ivan@partner.example\nSubject: Недоставленное письмо", False, False),
        ("From: admin@partner.example\nSubject: Delivery failure", False, False),
    ],
)
def test_the_null_path_settles_what_a_subject_leaves_open(
    head: str, *, null_path: bool, known: bool
) -> None:
    letter = parse.read(f"{head}\n\ntext\n".encode(), null_path=null_path)
    assert letter.bounce is known


def test_a_person_who_forwards_a_report_is_heard() -> None:
    mail = EXIM.replace("Mailer-Daemon@", "admin@").replace("Mail Delivery System ", "")
    text = mail.format(
        subject="Fwd: Mail delivery failed", could="could not", why="550"
    )
    assert parse.read(text.encode()).report is None


@pytest.mark.parametrize(
    "line",
    [
        "This message was created automatically by mail delivery software " + "a " * 9,
        "rcpt to: <" + "a" * 400,
        "Message-ID:" + " " * 5000,
        "Reply-To:" + "a" * 5000,
        "> " * 4000,
        "550 " * 1000,
        "a@" * 3000,
    ],
)
def test_no_report_takes_long(line: str) -> None:
    mail = "From: MAILER-DAEMON@x\nSubject: Mail failed\n\n" + f"{line}\n" * 400
    began = time.process_time()
    assert parse.read(mail.encode()).report is not None
    assert time.process_time() - began < 3


REPORTS = [case for case in cases() if case.kind == "bounce"]


@pytest.mark.skipif(not REPORTS, reason="the corpus is not kept here")
def test_the_reports_of_the_corpus_name_their_recipients() -> None:
    right = 0
    for case in REPORTS:
        told = parse.read(case.raw).report
        wanted = {one.lower() for one in case.expect.get("bounce_addrs", ())}
        named = {one.lower() for one in told.recipients} if told else set()
        right += named == wanted
    assert right / len(REPORTS) >= 0.95
