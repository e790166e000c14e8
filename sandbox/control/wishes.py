"""The bodies of the control API's requests; an unknown key is an error."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.faults import Action
from sandbox.rates import Mode


class Wish(BaseModel):
    """What every request body shares."""

    model_config = ConfigDict(extra="forbid")


class NewUser(Wish):
    """A person; ``started`` has already opened the chat with the bot."""

    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "ru"
    id: int = 0
    started: bool = False


class UserChange(Wish):
    """What may change about a person."""

    blocked: bool | None = None
    deactivated: bool | None = None


class Start(Wish):
    """The payload of the link that a person opens; empty if they press START."""

    payload: str = ""


class Seat(Wish):
    """A place in a group."""

    status: Literal["creator", "administrator", "member", "left", "kicked"] = "member"
    rights: dict[str, bool] = Field(default_factory=dict)


class NewGroup(Wish):
    """A group; without ``bot`` the bot is an administrator with its usual rights."""

    title: str
    id: int = 0
    forum: bool = True
    bot: Seat | None = None
    members: dict[int, Seat] | list[int] = Field(default_factory=dict)


class Seating(Seat):
    """Who gets a place; ``user_id`` 0 is the bot."""

    user_id: int = 0


class Move(Wish):
    """Where a group moves to; 0 makes an id up."""

    to: int = 0


class NewTopic(Wish):
    """A topic opened by hand."""

    user_id: int
    name: str = Field(min_length=1, max_length=128)


class TopicChange(Wish):
    """What a person does to a topic; ``name`` is for renaming."""

    user_id: int
    action: Literal["close", "reopen", "delete", "rename"]
    name: str = ""


class NewMessage(Wish):
    """A person's message; several files make an album, ``gap`` seconds apart."""

    user_id: int
    text: str = ""
    thread: int | None = None
    reply_to: int | None = None
    anonymous: bool = False
    kind: str = "document"
    album: str | None = None
    gap: float = 0.0


class Edit(Wish):
    """New words; none means an edit that changes nothing visible."""

    text: str | None = None


class Press(Wish):
    """A press of a button by index or data; waits for the answer at most ``wait``."""

    user_id: int
    button: int | None = Field(default=None, ge=0)
    data: str | None = None
    wait: float = 5.0


class Reaction(Wish):
    """A person's reactions to a message, replacing former ones."""

    user_id: int
    emoji: list[str]


class NewFault(Wish):
    """See faults.Fault."""

    action: Action
    method: str = "*"
    times: int | None = 1
    probability: float = 1.0
    match: dict[str, Any] = Field(default_factory=dict)
    status: int = 502
    body: Any = None
    delay: float = 0.0


class RateMode(Wish):
    """How to treat the rate limits from now on."""

    mode: Mode


class Redelivery(Wish):
    """How many confirmed updates to send again."""

    count: int = Field(default=1, ge=1)


class NextId(Wish):
    """The id of the next update."""

    id: int = Field(ge=1)


class NewMail(Wish):
    """A partner's mail; without ``to`` it goes to the support address."""

    sender: str
    text: str
    subject: str = ""
    name: str = ""
    to: str = ""
    cc: list[str] = Field(default_factory=list)
    in_reply_to: str = ""
    references: str = ""
