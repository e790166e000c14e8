"""Raw arrivals are read into what happened, by the edge that knows their form."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache

from bot import updates
from bus import commands
from bus.schemas import CommandSchemas
from mail.reading import parse
from mail.reading.limits import DEFAULT, Limits
from scheduler.inbox import HopelessError
from storage.arrivals import KeptArrival
from tickets.model import ContactId, TicketId
from tickets.post.posted import Post
from tickets.talk import Fetched, Happening, Left, Wrote
from tickets.wishes.leave_links import LeaveLink
from tickets.words import Channel

#: Compiled when the first command comes.
command_schemas = cache(CommandSchemas)


#: What lets a mail be read that was left in its mailbox.
HOW_TO_GET = (
    "To have it read, mend that, then move it to another folder and back: the desk "
    "reads it as a new one"
)


class UnreadableError(Exception):
    """No reader knows this kind of arrival."""


class LeftInMailboxError(HopelessError):
    """The mail was not taken, only its headers."""

    def __init__(self, mailbox: str, problem: str) -> None:
        super().__init__(
            f"a mail in mailbox {mailbox} {problem}: it is still there. {HOW_TO_GET}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How mails are read.

    ``border`` are the names whose verdicts on an author count.
    """

    limits: Limits = DEFAULT
    border: frozenset[str] = frozenset()


PLAIN = Manner()


def read(arrival: KeptArrival, manner: Manner = PLAIN) -> Post | Happening:
    """Return what an arrival says; UnreadableError for a channel nobody reads."""
    match arrival.channel:
        case Channel.SMTP | Channel.LMTP:
            return read_mail(arrival, manner)
        case Channel.IMAP:
            return read_mailbox(arrival, manner)
        case Channel.TELEGRAM:
            return read_telegram(arrival)
        case Channel.WEB:
            return read_departure(arrival)
        case Channel.BUS:
            target = str(arrival.envelope["target"])
            return commands.read(
                arrival.raw(), target=target, schemas=command_schemas()
            )
        case other:
            raise UnreadableError(f"nothing reads arrivals of channel {other!r}")


def read_mail(arrival: KeptArrival, manner: Manner = PLAIN) -> Post:
    sender = arrival.envelope["mail_from"]
    return Post(
        letter=parse.read(
            arrival.raw(),
            manner.limits,
            null_path=not sender,
            border=manner.border,
        ),
        mail_from=sender,
        rcpt_tos=tuple(arrival.envelope["rcpt_tos"]),
        channel=Channel(arrival.channel),
        admitted=arrival.admitted,
    )


def read_mailbox(arrival: KeptArrival, manner: Manner = PLAIN) -> Post:
    """Return a mail out of a mailbox; LeftInMailboxError if it is still in there.

    One without a Message-ID is known by its bytes, if the mailbox is read again.
    """
    told = arrival.envelope
    if "problem" in told:
        raise LeftInMailboxError(told["mailbox"], told["problem"])
    post = read_mail(arrival, manner)
    if post.letter.message_id is not None:
        return post
    made = f"<{arrival.key}@bytes.invalid>"
    return replace(post, letter=replace(post.letter, message_id=made))


def read_departure(arrival: KeptArrival) -> Happening:
    said = json.loads(arrival.raw())
    link = LeaveLink(
        contact_id=ContactId(said["contact"]), ticket_id=TicketId(said["ticket"])
    )
    return Left(link=link)


def read_telegram(arrival: KeptArrival) -> Happening:
    if "attachment" in arrival.envelope:
        return Fetched(
            attachment=int(arrival.envelope["attachment"]), content=arrival.raw()
        )
    bot_id = int(arrival.envelope["bot_id"])
    came = updates.read(json.loads(arrival.raw()), bot_id)
    if isinstance(came, Wrote):
        return replace(came, admitted=arrival.admitted)
    return came
