"""A partner of the demo in their private chat with the bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.demo.desk import Desk, until

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """Somebody's Telegram."""

    desk: Desk
    user: int
    name: str

    def start(self) -> None:
        """Open the chat, as a person does before the first word."""
        self.desk.do("users", id=self.user, first_name=self.name)
        self.desk.do(f"users/{self.user}/start")

    def write(self, text: str) -> None:
        self.desk.do(f"chats/{self.user}/messages", user_id=self.user, text=text)

    def attach(self, name: str, content: bytes) -> None:
        self.desk.attach(self.user, name, content, user_id=self.user)

    def messages(self) -> list[Json]:
        found: list[Json] = self.desk.see(f"chats/{self.user}/messages")
        return [one for one in found if not one["deleted"]]

    def says(self, text: str) -> Json:
        """Return the bot's message that holds a text, once it is there."""
        return until(
            lambda: next(
                (
                    one
                    for one in self.messages()
                    if text in one["text"] and one["from"]["is_bot"]
                ),
                None,
            ),
            f"{text!r} in the chat with {self.name}",
        )
