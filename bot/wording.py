"""A notice beside the words it is to be put into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.errors import IncompleteNoticeError, NoTopicError
from bot.text import clean
from tickets.model import Comment, Json, Ticket
from tickets.outgoing import ChatNotice


class Phrases(Protocol):
    """The words of the chat, by name and language; plain text, never markup."""

    def say(self, name: str, language: str, /, **facts: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice that is being rendered; asks it for what its kind must have."""

    notice: ChatNotice
    phrases: Phrases

    def say(self, phrase: str, /, **facts: object) -> str:
        said = self.phrases.say(phrase, self.notice.language, **facts)
        return clean(said).strip()

    @property
    def repeat_mark(self) -> str:
        """The line that warns of a possible repeat, empty if there is no need."""
        return self.say("chat.repeat") if self.notice.repeat else ""

    @property
    def place(self) -> Json:
        """Where in the chat it goes; a private one has no topics."""
        if self.notice.is_private:
            return {"chat_id": self.notice.chat}
        if self.notice.thread_id is None:
            raise NoTopicError(self.notice.kind)
        thread = self.notice.thread_id
        return {"chat_id": self.notice.chat, "message_thread_id": thread}

    @property
    def ticket(self) -> Ticket:
        if self.notice.ticket is None:
            raise IncompleteNoticeError(self.notice.kind, "its ticket")
        return self.notice.ticket

    @property
    def comment(self) -> Comment:
        if self.notice.comment is None:
            raise IncompleteNoticeError(self.notice.kind, "its comment")
        return self.notice.comment

    def fact(self, key: str) -> object:
        if self.notice.facts.get(key) is None:
            raise IncompleteNoticeError(self.notice.kind, f"the fact {key!r}")
        return self.notice.facts[key]
