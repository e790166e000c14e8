"""A ticket as its topic shows it: the topic's name and the card with its buttons."""

from __future__ import annotations

from bot.call import Call
from bot.message import TOPIC_NAME_LIMIT, Button, keyboard, message_params
from bot.text import cut, one_line
from bot.wording import Wording
from tickets import process
from tickets.model import Author, Json, Organisation, Ticket

#: Names are cut to this, so that what follows them always has room.
SHORT = 200
PARTNER_IN_TOPIC_NAME = 40


def topic_name(ticket: Ticket) -> str:
    """Return ``NN-7 Subject - Organisation``; by the number it is found again."""
    partner = cut(short_name(ticket.organisation), PARTNER_IN_TOPIC_NAME)
    tail = f" - {partner}" if partner else ""
    name = f"{ticket.number} {one_line(ticket.subject)}".strip()
    return cut(name, TOPIC_NAME_LIMIT - len(tail.encode("utf-16-le")) // 2) + tail


def make_topic(wording: Wording) -> Call:
    name = topic_name(wording.ticket)
    params: Json = {"chat_id": wording.notice.chat, "name": name}
    return Call(method="createForumTopic", params=params)


def show_card(wording: Wording) -> Call:
    """Send the card, or edit the one that is there."""
    notice, ticket = wording.notice, wording.ticket
    is_edit = notice.card_message_id is not None
    params = message_params(
        wording.say("chat.card", **_facts(ticket)),
        above="" if is_edit else wording.repeat_mark,
        bold=cut(one_line(f"{ticket.number} {ticket.subject}"), SHORT),
    )
    params |= keyboard(*_buttons(ticket, wording))
    if is_edit:
        where = {"chat_id": notice.chat, "message_id": notice.card_message_id}
        return Call(method="editMessageText", params={**where, **params})
    quiet = {"disable_notification": True}  # the comment that follows rings
    return Call(method="sendMessage", params={**wording.place, **params, **quiet})


def short_name(one: Organisation | Author | None) -> str:
    return cut(one_line(one.name), SHORT) if one is not None else ""


def _facts(ticket: Ticket) -> Json:
    return {
        "number": ticket.number,
        "subject": cut(one_line(ticket.subject), SHORT),
        "organisation": short_name(ticket.organisation),
        "requester": short_name(ticket.requester),
        "email": cut(ticket.requester.email or "", SHORT),
        "stage": ticket.stage,
        "awaiting": ticket.awaiting or "",
        "priority": str(ticket.priority),
        "assignee": short_name(ticket.assignee),
        "opened_at": ticket.opened_at,
    }


def _buttons(ticket: Ticket, wording: Wording) -> list[Button]:
    """Offer what the stage allows; a colleague may take what another has."""
    if ticket.stage == process.CLOSED:
        return []
    is_resolved = ticket.stage == process.RESOLVED
    actions = ["close"] if is_resolved else ["take", "resolve", "close"]
    return [
        Button(
            label=wording.say(f"chat.button.{action}"),
            data=f"{action}:{ticket.number}",
        )
        for action in actions
    ]
