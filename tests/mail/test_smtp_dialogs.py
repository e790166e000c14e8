"""Every dialog in ``dialogs`` is spoken over a raw socket and must go as written.

C: a line that the client sends, with CR LF; lines in a row go out in one piece
C= bytes that the client sends as they are, with escapes such as \\r\\n
S: a line that the door must answer; * stands for anything
S. the door must close the connection
K= the content that must have been kept, with escapes; in order
K. how many mails must have been kept
!  a setting: a limit, or trusted, lmtp, tls, full, broken, no-room
#  a comment
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from mail.door.bounds import Patience
from mail.door.origin import LOOPBACK
from mail.door.smtp import Limits
from tests.mail.keeping import LOOPS, Client, MemoryKeeper, client_of, open_door, run
from tests.mail.sink import certificate

DIALOGS = sorted((Path(__file__).parent / "dialogs").glob("*.txt"))


def unescaped(text: str) -> bytes:
    return text.encode().decode("unicode_escape").encode("latin-1")


def set_up(lines: list[str], keeper: MemoryKeeper) -> dict[str, Any]:
    settings: dict[str, Any] = {"limits": Limits(trusted=())}
    for line in lines:
        name, _, value = line.removeprefix("!").strip().partition(" = ")
        if name == "full":
            keeper.fill()
        elif name == "broken":
            keeper.error = KeyError("secret")
        elif name == "no-room":
            settings["has_room"] = lambda: False
        elif name == "lmtp":
            settings["lmtp"] = True
        elif name == "tls":
            settings["tls"] = certificate()
        else:
            settings["limits"] = limited(settings["limits"], name, value)
    return settings


def limited(limits: Limits, name: str, value: str) -> Limits:
    if name == "trusted":
        return replace(limits, trusted=LOOPBACK)
    if name == "max_errors":
        return replace(limits, patience=Patience(max_errors=int(value)))
    kind = type(getattr(limits, name))
    return replace(limits, **{name: kind(value)})


class Dialog:
    def __init__(self, client: Client, keeper: MemoryKeeper) -> None:
        self._client = client
        self._keeper = keeper
        self._unsent = b""
        self._seen = 0

    async def step(self, line: str) -> None:
        mark, rest = line[:2], line[2:].removeprefix(" ")
        if mark == "C:":
            self._unsent += rest.encode() + b"\r\n"
        elif mark == "C=":
            self._unsent += unescaped(rest)
        else:
            await self._client.send(self._unsent)
            self._unsent = b""
            await self._expect(mark, rest)

    async def _expect(self, mark: str, rest: str) -> None:
        if mark == "S:":
            answer = await self._client.line()
            assert fnmatchcase(answer, rest), f"wanted {rest!r}, heard {answer!r}"
        elif mark == "S.":
            assert await self._client.line() == ""
        elif mark == "K=":
            assert self._keeper.mails[self._seen].content == unescaped(rest)
            self._seen += 1
        elif mark == "K.":
            assert len(self._keeper.mails) == int(rest)
        else:
            pytest.fail(f"not a line of a dialog: {mark}{rest}")


async def speak(text: str) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("#")]
    keeper = MemoryKeeper()
    settings = set_up([line for line in lines if line.startswith("!")], keeper)
    async with (
        open_door(keeper, **settings) as door,
        client_of(door.port, greeted=False) as client,
    ):
        dialog = Dialog(client, keeper)
        for line in lines:
            if not line.startswith("!"):
                await dialog.step(line)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("path", DIALOGS, ids=lambda path: path.stem)
def test_the_dialog_goes_as_written(path: Path, loop: str) -> None:
    run(speak(path.read_text()), loop)
