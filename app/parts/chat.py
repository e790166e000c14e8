"""What takes updates from Telegram and speaks to the chats."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

from telegram import Bot

from app.chatting import Chatting, Step
from app.intake import Intake, UpdateKeeper
from app.parts.kit import Kit, now
from bot.budget import Budget
from bot.outcome import CardGone, Moved, TopicGone
from bot.poller import Poller
from bot.render import render
from bot.sender import TelegramSender
from scheduler.drain import Drain
from scheduler.relay import Relay
from storage import chats
from storage.deliveries import Due
from storage.store import Store

#: How many calls are in hand at once.
CALLS = 32


def make_chatting(
    kit: Kit, bot: Bot, *, poller: Poller, spent: dict[str, list[datetime]]
) -> Drain[Any]:
    """Return what speaks to the chat, knowing what it said just before."""
    budget = Budget()
    sent = ((int(chat), at) for chat, moments in spent.items() for at in moments)
    budget.restore(sent, today=now(), now=time.monotonic())
    chatting = Chatting(
        records=kit.records,
        render=lambda notice: render(notice, kit.texts),
        sender=TelegramSender(bot),
        budget=budget,
        ticks=time.monotonic,
        heard_at=lambda: poller.status.heard_at,
    )
    relay: Relay[Due, Step, TopicGone | CardGone | Moved] = Relay(
        outbox=chatting, exit=chatting
    )
    return Drain(name="chat", source=relay, room=CALLS)


def make_poller(bot: Bot, intake: Intake, *, bot_id: int) -> Poller:
    """Return what takes updates from Telegram."""
    keeper = UpdateKeeper(intake=intake, clock=now, bot_id=bot_id)
    return Poller(bot, keeper, clock=now)


async def spent_before(store: Store) -> dict[str, list[datetime]]:
    """Return what the chats' rate windows had spent before this process."""
    since = now() - timedelta(seconds=60)
    return await asyncio.to_thread(store.read, lambda tx: chats.sent_since(tx, since))
