"""The demo's desk: a process of its own, and the hands that reach it."""

from __future__ import annotations

import json
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from app.demo.letters import SUPPORT, Person
from sandbox.mailbox import Mail, SentMail

T = TypeVar("T")
Json = dict[str, Any]
MANAGER = Person(name="Мария Орлова", address="orlova@example.org")
#: The towns, each with an address and a forum group of its own: into one group a bot
#: may write some twenty messages a minute.
SITES = {
    "NN": ("Нижний Новгород", -1001000000001),
    "CH": ("Челябинск", -1001000000002),
    "EK": ("Екатеринбург", -1001000000003),
}
STAFF = (1001, 1002)
#: How long anything may take to show, in seconds.
PATIENCE = 60.0
_CONFIG = """\
[service]
name = "Служба поддержки"
language = "ru"

[http]
port = {http}

[mail]
address = "{support}"

[mail.smtp]
port = {smtp}

{sites}
[[digests]]
name = "morning"
schedule = "0 9 * * 1-5"
recipients = ["{manager}"]

[[bus]]
name = "file"
url = "file:var/bus.jsonl"
"""
_SITE = """\
[[sites]]
code = "{code}"
name = "{name}"
addresses = ["{address}"]
telegram_chats = [{chat}]
"""


def address_of(code: str) -> str:
    """Return where mail for a town goes; the first one's is everybody's."""
    return SUPPORT if code == "NN" else SUPPORT.replace("@", f"-{code.lower()}@")


class DemoError(Exception):
    """Something did not show in time, or a command failed."""


class Desk:
    """A desk with its sandbox in ``folder``, running between enter and exit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self._smtp, self._http, self._page = free_ports(3)
        self._sent = SentMail(folder / "var" / "sandbox" / "mail")
        url = f"http://127.0.0.1:{self._page}"
        self.page_url = f"{url}/sandbox/"
        self._people = httpx.Client(
            base_url=f"{url}/sandbox/api/", headers={"Origin": url}, timeout=30
        )

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            _CONFIG.format(
                support=SUPPORT,
                manager=MANAGER.address,
                sites="".join(
                    _SITE.format(
                        code=code, name=name, address=address_of(code), chat=chat
                    )
                    for code, (name, chat) in SITES.items()
                ),
                smtp=self._smtp,
                http=self._http,
            ),
            encoding="utf-8",
        )
        with (self.folder / "desk.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 # our own program
                [*self._program, "run", "--sandbox", "--sandbox-port", str(self._page)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            until(self._is_open, "the desk's door to open")
            for name, chat in SITES.values():
                self.do("groups", id=chat, title=name, members=list(STAFF))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._people.close()
        self._process.terminate()
        self._process.wait(30)

    @property
    def _program(self) -> list[str]:
        return [sys.executable, "-P", "-m", "app.cli", "--config", str(self.config)]

    def _is_open(self) -> bool:
        if self._process.poll() is not None:
            said = (self.folder / "desk.log").read_text(errors="replace")[-2000:]
            raise DemoError(f"the desk has ended:\n{said}")
        try:
            with socket.create_connection(("127.0.0.1", self._smtp), 1) as door:
                return door.recv(100).startswith(b"220 ")
        except OSError:
            return False

    def command(self, *words: str) -> Any:
        """Run a command of the desk and return what it answers."""
        done = subprocess.run(  # noqa: S603 # our own program
            [*self._program, *words, "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            raise DemoError(f"{' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def post(self, mail: EmailMessage) -> None:
        """Hand a mail to the desk's door."""
        sender = parseaddr(str(mail["From"]))[1]
        everybody = getaddresses([str(mail["To"]), str(mail.get("Cc", ""))])
        domain = SUPPORT.rpartition("@")[2]
        ours = [one for _, one in everybody if one.endswith(f"@{domain}")]
        self.hand_over(mail.as_bytes(), sender=sender, to=ours)

    def hand_over(self, content: bytes, *, sender: str, to: Sequence[str]) -> None:
        """Hand over bytes; an empty ``sender`` is the null path (RFC 5321, 4.5.5)."""
        with smtplib.SMTP("127.0.0.1", self._smtp, timeout=30) as client:
            client.sendmail(sender, to, content)

    def inbox(self, person: Person) -> list[Mail]:
        """Return the mails that reached a person, oldest first."""
        sent = reversed(self._sent.listed())
        return [one for one in sent if person.address in one.to]

    def mail(self, person: Person, text: str) -> Mail:
        """Return a person's mail that holds a text, once it is there."""
        return until(
            lambda: next(
                (
                    one
                    for one in self.inbox(person)
                    if text in one.text or text in one.subject
                ),
                None,
            ),
            f"a mail to {person.address} with {text!r}",
        )

    def see(self, path: str, **query: Any) -> Any:
        return _checked(self._people.get(path, params=query))

    def do(self, path: str, **body: Any) -> Any:
        return _checked(self._people.post(path, json=body))

    def attach(self, chat: int, name: str, content: bytes, **body: Any) -> None:
        """Let a person send a file."""
        fields = {key: str(value) for key, value in body.items()}
        files = {"file": (name, content)}
        _checked(self._people.post(f"chats/{chat}/messages", data=fields, files=files))


def until(look: Callable[[], T | None], what: str) -> T:
    """Return what ``look`` finds once it finds something; DemoError after a while."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise DemoError(f"waited {PATIENCE:.0f} s for {what}")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _checked(answer: httpx.Response) -> Any:
    if answer.status_code != httpx.codes.OK:
        raise DemoError(f"{answer.request.url}: {answer.text}")
    return answer.json()
