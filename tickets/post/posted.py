"""A mail that came with its envelope, and what of it stays on a ticket."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.comments import Draft, body_hash, store_files
from tickets.desk import Desk
from tickets.letter import Letter, Mailbox
from tickets.model import Author, TicketId
from tickets.words import Channel, Trust
from tickets.work import Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A mail with its SMTP envelope, read; ``admitted``: somebody let its author in."""

    letter: Letter
    mail_from: str
    rcpt_tos: tuple[str, ...]
    channel: Channel = Channel.SMTP
    admitted: bool = False

    @property
    def author(self) -> Mailbox | None:
        """Who wrote it: From, else the return path."""
        if self.letter.author is not None:
            return self.letter.author
        return Mailbox(address=self.mail_from) if self.mail_from else None


def draft_of(desk: Desk, post: Post, author: Author, *, trust: Trust) -> Draft:
    """Return the comment that a mail is, its files kept."""
    letter = post.letter
    return Draft(
        author=author,
        text=letter.text,
        quoted=letter.quoted,
        html=letter.html,
        channel=post.channel,
        trust=trust,
        attachments=store_files(desk, letter.files),
        fingerprint=body_hash(letter.whole, letter.files),
        message_id=letter.message_id,
        thread=" ".join(letter.references),
    )


def remember(work: Work, letter: Letter, ticket_id: TicketId, *, trust: Trust) -> None:
    """Let every id of the conversation lead to its ticket from now on.

    What an unproven author refers to is not believed: only their own mail is known.
    """
    work.message_id = letter.message_id
    named = (*letter.in_reply_to, *letter.references)
    for one in (letter.message_id, *(named if trust is not Trust.UNPROVEN else ())):
        if one:
            work.refs[one] = ticket_id
