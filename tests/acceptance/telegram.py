"""The sandbox's Telegram in a thread, and the hands of the people in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from sandbox.server import Sandbox, Settings
from tests.acceptance.background import Background
from tests.acceptance.waiting import eventually

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A ticket's place in the chat."""

    number: str
    chat: int
    thread: int


class Telegram:
    """Serves on a port that stays its own, so it can be down and come up.

    ``window_scale`` is small: the sandbox punishes a poller that comes back
    soon after a restart, which is not what is tested here.
    """

    def __init__(self, port: int, state: Path | None) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._settings = Settings(port=port, state_path=state, window_scale=0.01)
        self._people = httpx.Client(
            base_url=f"{self.url}/sandbox/api/",
            headers={"Origin": self.url},
            timeout=30,
        )
        self._serving: Background[Sandbox] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.down()
        self._people.close()

    def up(self) -> None:
        assert self._serving is None, "Telegram is up already"
        self._serving = Background(lambda: Sandbox(self._settings))
        self._serving.__enter__()

    def down(self) -> None:
        serving, self._serving = self._serving, None
        if serving is not None:
            serving.__exit__(None, None, None)

    def see(self, path: str, **query: Any) -> Any:
        return _checked(self._people.get(path, params=query))

    def do(self, path: str, **body: Any) -> Any:
        return _checked(self._people.post(path, json=body))

    def forget(self, path: str) -> None:
        _checked(self._people.delete(path))

    def file(self, message: Json) -> bytes:
        """Return the bytes of a message's file."""
        return self._people.get(f"files/{message['file']['file_id']}").content

    def write(self, topic: Topic, text: str, *, user: int) -> Json:
        """Let a person write in a topic."""
        body = {"user_id": user, "thread": topic.thread, "text": text}
        written: Json = self.do(f"chats/{topic.chat}/messages", **body)[0]
        return written

    def attach(self, topic: Topic, name: str, content: bytes, *, user: int) -> Json:
        """Let a person send a document without a word."""
        answer = self._people.post(
            f"chats/{topic.chat}/messages",
            data={"user_id": str(user), "thread": str(topic.thread)},
            files={"file": (name, content)},
        )
        written: Json = _checked(answer)[0]
        return written

    def told(self, user: int, text: str) -> Json:
        """Return the newest message to a person that holds a text, once it is there."""

        def found() -> Json | None:
            here = self.see(f"chats/{user}/messages")
            bots = [one for one in here if one["from"]["is_bot"]]
            return next((one for one in reversed(bots) if text in one["text"]), None)

        return eventually(found, what=f"{text!r} in the chat of {user}") or {}

    def topics(self, chat: int) -> list[Json]:
        """Return the topics that are there, whichever state they are in."""
        found = self.see(f"chats/{chat}/topics")
        return [one for one in found if not one["deleted"]]

    def messages(self, topic: Topic) -> list[Json]:
        """Return what stands in a topic, oldest first."""
        found = self.see(f"chats/{topic.chat}/messages", thread=topic.thread)
        return [one for one in found if not one["deleted"]]

    def press(self, message: Json, user: int, data: str) -> str:
        """Press the button whose data begins so; return what the bot answers."""
        rows = message["reply_markup"]["inline_keyboard"]
        buttons = [one["callback_data"] for row in rows for one in row]
        whole = next(one for one in buttons if one.startswith(data))
        where = f"chats/{message['chat_id']}/messages/{message['id']}/press"
        answer = self.do(where, user_id=user, data=whole)["answer"]
        assert answer is not None, "the bot does not answer the button"
        return str(answer["text"])


def _checked(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, f"{answer.request.url}: {answer.text}"
    return answer.json()
