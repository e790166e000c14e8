"""What reading and writing one mail costs, beside the standard library."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import formatdate

from mail.reading import parse
from mail.sending.compose import Outgoing, compose
from tests.bench.mails import SUPPORT, Made
from tickets.letter import Mailbox

TEXT = "Ваше обращение принято, номер NN-1024.\n\nМы ответим в этой переписке.\n"
HTML = "<p>Ваше обращение принято, номер <b>NN-1024</b>.</p>"
RECIPIENT = "ivan@partner.example"
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def read_theirs(raw: bytes) -> object:
    """Do with the standard library what reading a mail takes."""
    mail = BytesParser(EmailMessage, policy=SMTP).parsebytes(raw)
    heads = [str(mail[name]) for name in ("From", "To", "Subject", "Message-ID")]
    body = mail.get_body(("plain", "html"))
    text = body.get_content() if isinstance(body, EmailMessage) else ""
    return heads, text, [one.get_content() for one in mail.iter_attachments()]


def write_ours() -> bytes:
    return compose(
        Outgoing(
            sender=Mailbox(address=SUPPORT, name="Поддержка"),
            to=(Mailbox(address=RECIPIENT, name="Иван Петров"),),
            cc=(),
            reply_to=f"support+nn-1024.abc234@{SUPPORT.partition('@')[2]}",
            subject="[NN-1024] Не печатает принтер",
            message_id="<1.abc@example.org>",
            in_reply_to="<1@partner.example>",
            references=("<1@partner.example>",),
            date=AT,
            text=TEXT,
            html=HTML,
            files=(),
            auto_submitted="auto-replied",
            ticket="NN-1024",
        )
    )


def write_theirs() -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Поддержка <{SUPPORT}>"
    mail["To"] = f"Иван Петров <{RECIPIENT}>"
    mail["Subject"] = "[NN-1024] Не печатает принтер"
    mail["Message-ID"] = "<1.abc@example.org>"
    mail["In-Reply-To"] = mail["References"] = "<1@partner.example>"
    mail["Date"] = formatdate(AT.timestamp())
    mail["Reply-To"] = f"support+nn-1024.abc234@{SUPPORT.partition('@')[2]}"
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Zayavka-Ticket"] = "NN-1024"
    mail.set_content(TEXT)
    mail.add_alternative(HTML, subtype="html")
    return mail.as_bytes()


def measure(mails: Sequence[Made]) -> dict[str, tuple[float, float]]:
    """Return microseconds a mail, ours and the standard library's, by what is done."""
    raws = [one.content for one in mails]
    small = [raw for raw in raws if len(raw) < 16_384]
    large = [raw for raw in raws if len(raw) >= 16_384]
    return {
        "reading a letter": pair(parse.read, read_theirs, small),
        "reading one with a 50 KB file": pair(parse.read, read_theirs, large),
        "writing an acknowledgement": pair(
            lambda _: write_ours(), lambda _: write_theirs(), small
        ),
    }


def pair(
    ours: Callable[[bytes], object],
    theirs: Callable[[bytes], object],
    raws: Sequence[bytes],
) -> tuple[float, float]:
    """Return the microseconds that each takes of a mail, at best of three times."""
    times = [(_microseconds(ours, raws), _microseconds(theirs, raws)) for _ in range(3)]
    return min(one for one, _ in times), min(one for _, one in times)


def _microseconds(act: Callable[[bytes], object], raws: Sequence[bytes]) -> float:
    begin = time.perf_counter()
    for raw in raws:
        act(raw)
    return (time.perf_counter() - begin) / len(raws) * 1e6
