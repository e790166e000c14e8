"""What Telegram is told: the topics of specialists, the private chats of partners."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tickets import lanes
from tickets.desk import Desk
from tickets.model import Attachment, Comment, Json, Ticket
from tickets.rules import Rules
from tickets.talk import Person
from tickets.words import FileState, Medium, Trust
from tickets.work import ANSWER, CARD, OPENING, Work

#: In UTF-16 units, as the chat counts; a longer comment is shown by its beginning
#: and sent whole as a file.
SHOWN_CHARACTERS = 3500
TOAST_LIFE = timedelta(seconds=30)


def forum_of(ticket: Ticket, rules: Rules) -> int | None:
    """Return the Telegram id of the ticket's forum group, None if it has none."""
    if not rules.telegram:
        return None
    chats = rules.site(ticket.site).chats
    return chats[0] if chats else None


def refresh_card(desk: Desk, ticket: Ticket, *, priority: int = CARD) -> None:
    """Queue the card's newest state; an older one still unsent is superseded."""
    _post(desk, ticket, "card", priority=priority, replaces=f"card:{ticket.number}")


def show_comment(desk: Desk, ticket: Ticket, comment: Comment) -> None:
    """Queue a partner's comment and its files for the ticket's topic."""
    facts: Json = {"unverified": comment.trust is Trust.UNPROVEN}
    _post(desk, ticket, "comment", facts=facts, comment=comment, priority=OPENING)
    if shown_length(comment.text) > SHOWN_CHARACTERS:
        _post(desk, ticket, "full-text", comment=comment, priority=OPENING)
    for file in comment.attachments:
        if file.state is FileState.STORED:
            show_file(desk, ticket, comment, file=file)


def show_file(
    desk: Desk, ticket: Ticket, comment: Comment, *, file: Attachment
) -> None:
    """Queue a file of a partner's comment for the ticket's topic."""
    facts: Json = {"attachment": file.id}
    if file.remarks:
        facts["remarks"] = list(file.remarks)
    _post(desk, ticket, "file", facts=facts, comment=comment, priority=OPENING)


def shown_length(text: str) -> int:
    """Return a text's length as the chat counts it: in UTF-16 units (Bot API)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def tell_topic(
    desk: Desk,
    ticket: Ticket,
    notice: str,
    *,
    facts: Json | None = None,
    reply_to: int | None = None,
) -> None:
    """Queue a sentence of the desk's own for the specialists in the topic."""
    said: Json = {"notice": notice, "reply_to": reply_to, **(facts or {})}
    _post(desk, ticket, "notice", facts=said, priority=ANSWER)


def tell_person(
    work: Work,
    person: Person,
    notice: str,
    *,
    ticket: Ticket | None = None,
    facts: Json | None = None,
    reply_to: int | None = None,
) -> None:
    """Queue a sentence of the desk's own for a partner's private chat."""
    said: Json = {"notice": notice, "reply_to": reply_to, **(facts or {})}
    post_private(work, person, "notice", ticket=ticket, facts=said)


def post_private(
    work: Work,
    person: Person,
    kind: str,
    *,
    ticket: Ticket | None,
    facts: Json | None = None,
    **more: Any,
) -> None:
    """Queue a message for a partner's private chat, in the language of their app.

    ``more`` are the delivery's ``priority`` and ``comment_id``.
    """
    work.deliver(
        Medium.TELEGRAM,
        kind,
        target=str(person.id),
        lane=lanes.private(person.id),
        budget=str(person.id),
        facts={"language": person.language, **(facts or {})},
        ticket_id=ticket.id if ticket else None,
        **{"priority": ANSWER, **more},
    )


def react(work: Work, where: tuple[int, int], mark: str) -> None:
    """Queue a reaction on somebody's message: queued, delivered, failed, noted."""
    chat, message_id = where
    work.deliver(
        Medium.TELEGRAM,
        "reaction",
        target=str(chat),
        lane=lanes.reaction(chat, message_id),
        priority=CARD,
        facts={"message_id": message_id, "mark": mark},
        replaces=f"reaction:{chat}:{message_id}",
    )


def fetch(work: Work, ticket: Ticket, file: Attachment) -> None:
    """Queue the download of a file that the chat holds; its result is an arrival."""
    work.deliver(
        Medium.TELEGRAM,
        "fetch",
        target=file.remote_id or "",
        lane=lanes.fetched_file(file.id),
        priority=ANSWER,
        facts={"attachment": file.id, "remote_id": file.remote_id},
        ticket_id=ticket.id,
    )


def toast(work: Work, callback_id: str, notice: str, **facts: object) -> None:
    """Queue the short answer to a pressed button."""
    work.deliver(
        Medium.TELEGRAM,
        "toast",
        target=callback_id,
        lane=lanes.toast(callback_id),
        priority=ANSWER,
        facts={"notice": notice, **facts},
        expires_at=work.now + TOAST_LIFE,
    )


def _post(
    desk: Desk,
    ticket: Ticket,
    kind: str,
    *,
    comment: Comment | None = None,
    facts: Json | None = None,
    **more: Any,
) -> None:
    chat = forum_of(ticket, desk.rules)
    if chat is None:
        return
    desk.work.deliver(
        Medium.TELEGRAM,
        kind,
        target=str(chat),
        lane=lanes.forum(chat, ticket.number),
        budget=str(chat),
        facts=facts or {},
        ticket_id=ticket.id,
        comment_id=comment.id if comment else None,
        **more,
    )
