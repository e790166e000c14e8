"""A desk for tests: rules, letters and arrivals with sensible defaults."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from storage.arrivals import KeptArrival
from storage.doors import NewArrival
from tickets import lanes
from tickets.letter import Letter, Mailbox
from tickets.model import ArrivalId, Site
from tickets.post.posted import Post
from tickets.rules import Rules
from tickets.tokens import Signer

SUPPORT = "support@example.org"
FORUM = -1001000000001


def rules(**more: Any) -> Rules:
    site = Site(
        code="NN",
        name="Nizhny Novgorod",
        timezone="Europe/Moscow",
        language="ru",
        addresses=(SUPPORT,),
        chats=(FORUM,),
    )
    settings: dict[str, Any] = {
        "address": SUPPORT,
        "sites": (site,),
        "signer": Signer(keys=(b"k" * 32,), address=SUPPORT),
    }
    return Rules(**{**settings, **more})


def letter(**more: Any) -> Letter:
    settings: dict[str, Any] = {
        "message_id": "<1@partner.example>",
        "author": Mailbox(address="ivan@partner.example", name="Иван Петров"),
        "to": (Mailbox(address=SUPPORT),),
        "subject": "Не печатает принтер",
        "text": "Здравствуйте! Принтер молчит.",
    }
    return Letter(**{**settings, **more})


def post(**more: Any) -> Post:
    made = letter(**more)
    sender = made.author.address if made.author else ""
    return Post(letter=made, mail_from=sender, rcpt_tos=(SUPPORT,))


def new_arrival(key: str, sender: str = "ivan@partner.example") -> NewArrival:
    return NewArrival(
        channel="smtp",
        source_key=key,
        lane=lanes.mail_arrivals(sender),
        received_at=datetime.now(UTC),
        envelope={"mail_from": sender, "rcpt_tos": [SUPPORT]},
        raw=b"Subject: x\r\n\r\nbody",
        door="smtp",
    )


def arrival_id(arrival: KeptArrival) -> ArrivalId:
    return arrival.id
