"""What came in is handed to the use case that knows it."""

from __future__ import annotations

from typing import assert_never

from tickets import private, staff
from tickets.corporate import obeying
from tickets.corporate.commands import Command, NotACommand, OwnEvent
from tickets.desk import Desk
from tickets.files.fetching import store_fetched
from tickets.post.posted import Post
from tickets.post.receive import receive
from tickets.talk import (
    Blocked,
    Fetched,
    Happening,
    Left,
    Migrated,
    Nothing,
    Pressed,
    Said,
    TopicMade,
    TopicMoved,
    Wrote,
)
from tickets.verdict import Verdict
from tickets.wishes.leaving import leave_by_link
from tickets.words import Outcome
from tickets.work import NewTopic


def handle(desk: Desk, came: Post | Happening) -> Verdict:  # noqa: C901, PLR0911, PLR0912 # a case each
    """Return what an arrival became; its effects are gathered in ``desk.work``."""
    match came:
        case Post():
            return receive(desk, came)
        case Said():
            return staff.hear(desk, came)
        case Wrote():
            return private.hear(desk, came)
        case Blocked():
            desk.work.silenced[came.chat] = came.blocked
            return Verdict(outcome=Outcome.SIGNAL, rule="bot-blocked-or-not")
        case Pressed():
            return staff.press(desk, came)
        case TopicMoved():
            return staff.follow_topic(desk, came)
        case Left():
            return leave_by_link(desk, came)
        case Fetched():
            return store_fetched(desk, came)
        case TopicMade():
            return own_topic(desk, came)
        case Migrated():
            desk.work.moved_chats[came.chat] = came.new_chat
            return Verdict(outcome=Outcome.SIGNAL, rule="chat-migrated")
        case Nothing():
            return Verdict(outcome=Outcome.IGNORED, rule=came.reason)
        case Command() | OwnEvent() | NotACommand():
            return obeying.hear(desk, came)
        case _:
            assert_never(came)


def own_topic(desk: Desk, made: TopicMade) -> Verdict:
    """Take down a topic of ours, which begins with its ticket's number.

    So a creation whose answer was lost is not repeated.
    """
    number = made.name.partition(" ")[0]
    ticket = desk.books.ticket_by_number(number)
    if ticket is None:
        return Verdict(outcome=Outcome.IGNORED, rule="topic-of-no-ticket")
    topic = NewTopic(ticket_id=ticket.id, chat=made.chat, thread_id=made.thread_id)
    desk.work.topics.append(topic)
    return Verdict(outcome=Outcome.SIGNAL, rule="own-topic", ticket_id=ticket.id)
