"""The demo's specialists: what they see and do in the forum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.demo.desk import SITES, STAFF, Desk, until

Json = dict[str, Any]
ANNA, BORIS = STAFF


@dataclass(frozen=True, slots=True)
class Forum:
    """The towns' forum groups; a ticket's number says which is its own."""

    desk: Desk

    def topics(self, chat: int) -> list[Json]:
        found: list[Json] = self.desk.see(f"chats/{chat}/topics")
        return [one for one in found if not one["deleted"]]

    def topic(self, number: str) -> int:
        """Return the thread of a ticket's topic, once it is there."""
        found = until(
            lambda: [
                one
                for one in self.topics(chat_of(number))
                if one["name"].startswith(f"{number} ")
            ],
            f"a topic of {number}",
        )
        return int(found[0]["id"])

    def messages(self, number: str) -> list[Json]:
        thread = self.topic(number)
        found: list[Json] = self.desk.see(
            f"chats/{chat_of(number)}/messages", thread=thread
        )
        return [one for one in found if not one["deleted"]]

    def says(self, number: str, text: str) -> Json:
        """Return the topic's message that holds a text, once it is there."""
        return until(
            lambda: next(
                (one for one in self.messages(number) if text in one["text"]), None
            ),
            f"{text!r} in the topic of {number}",
        )

    def write(self, number: str, text: str, *, by: int) -> Json:
        body = {"user_id": by, "thread": self.topic(number), "text": text}
        written: Json = self.desk.do(f"chats/{chat_of(number)}/messages", **body)[0]
        return written

    def attach(self, number: str, name: str, content: bytes, *, by: int) -> None:
        thread = self.topic(number)
        self.desk.attach(chat_of(number), name, content, user_id=by, thread=thread)

    def press(self, number: str, data: str, *, by: int) -> None:
        """Press the card's button whose data begins so."""
        where, whole = until(
            lambda: self._button(number, data), f"a button {data!r} of {number}"
        )
        self.desk.do(
            f"chats/{chat_of(number)}/messages/{where}/press", user_id=by, data=whole
        )

    def _button(self, number: str, data: str) -> tuple[int, str] | None:
        for message in self.messages(number):
            for row in (message["reply_markup"] or {}).get("inline_keyboard", ()):
                for one in row:
                    if one["callback_data"].startswith(data):
                        return message["id"], one["callback_data"]
        return None

    def reactions(self, message: Json) -> list[str]:
        where = f"chats/{message['chat_id']}/messages/{message['id']}"
        return [one["emoji"] for one in self.desk.see(where)["reactions"]]


def chat_of(number: str) -> int:
    """Return the forum group of a ticket's town."""
    return SITES[number.partition("-")[0]][1]
