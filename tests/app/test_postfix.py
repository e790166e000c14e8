"""A real Postfix before and behind a whole desk, set up as docs/postfix.md says."""

from __future__ import annotations

import asyncio
import itertools
import signal
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from app.config import load
from app.parts import doors
from app.service import Service
from storage.store import Store
from tests.acceptance.ports import free_port
from tests.app.test_mailbox_kills import count, start
from tests.app.test_mailboxes import Running
from tests.cut import Cut
from tests.mail.sink import Script, open_sink
from tests.postfix import Postfix

SUPPORT = "support@example.org"
LINE = "Seventy characters of a letter that somebody might have written to us.\r\n"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Border:
    """A Postfix, and the ports of the desk and of the world that it knows."""

    kind: str
    smtp: int = field(default_factory=free_port)
    lmtp: int = field(default_factory=free_port)
    world: int = field(default_factory=free_port)

    @cached_property
    def postfix(self) -> Postfix:
        return Postfix(self.kind, {8025: self.smtp, 8024: self.lmtp}, self.world)


@pytest.fixture(scope="module", params=["smtp", "lmtp"])
def border(request: pytest.FixtureRequest) -> Iterator[Border]:
    made = Border(request.param)
    try:
        made.postfix.start()
        yield made
    finally:
        made.postfix.close()


@pytest.fixture
def postfix(border: Border) -> Postfix:
    return border.postfix


@dataclass(frozen=True)
class Scene:
    """A desk behind a Postfix, and the world beyond it."""

    config: Path
    border: Border

    def configure(self, smtp: int, lmtp: int, more: str = "") -> None:
        text = (
            f'relay = "smtp://127.0.0.1:{self.border.postfix.port}"\n[http]\nport = 0\n'
            f"[mail.smtp]\nport = {smtp}\nlmtp_port = {lmtp}\n{more}"
        )
        former = self.config.read_text()
        self.config.write_text(former.replace('relay = "maildir:sent"\n', text))

    def play(
        self, act: Callable[[Running], None], world: Script | None = None, **more: Any
    ) -> None:
        """Run the desk where Postfix expects it, for an act in another thread."""
        self.configure(self.border.smtp, self.border.lmtp, **more)
        roles = ("intake", "worker", "relay", "http")

        async def run() -> None:
            async with (
                open_sink(world or Script(), port=self.border.world),
                Service(config=load(self.config), roles=roles) as service,
            ):
                running = Running(ports=service.ports(), service=service)
                await asyncio.to_thread(act, running)

        asyncio.run(run())


@pytest.fixture
def scene(desk: Path, border: Border) -> Scene:
    return Scene(desk, border)


def write(postfix: Postfix, *recipients: str, size: int = 100, claims: int = 0) -> str:
    """Hand a mail of a new sender to Postfix; return who it was."""
    sender = f"ivan{next(_numbers)}@partner.example"
    mail = (
        f"From: Ivan <{sender}>\r\nTo: {SUPPORT}\r\nSubject: Printer\r\n"
        f"Message-ID: <{sender}>\r\n\r\n{LINE * max(1, size // len(LINE))}"
    )
    options = [f"size={claims}"] if claims else []
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
        client.sendmail(sender, recipients or (SUPPORT,), mail, mail_options=options)
    return sender


def why(postfix: Postfix) -> str:
    """Return why mail for the desk waits, empty if none does."""
    found = (one for one in postfix.queue() if one["address"] == SUPPORT)
    return next((one.get("delay_reason", "") for one in found), "")


def calm(running: Running, postfix: Postfix) -> None:
    """Wait until neither the desk nor Postfix has anything to send."""
    query = "SELECT id FROM delivery WHERE state IN ('new', 'sending', 'uncertain')"
    postfix.until(lambda: not running.rows(query), "all is sent")
    postfix.drained()


def tickets(running: Running) -> int:
    return running.outcomes().count("ticket")


def test_mail_comes_in_once_for_all_its_recipients(
    scene: Scene, postfix: Postfix
) -> None:
    def act(running: Running) -> None:
        write(postfix)
        write(postfix, SUPPORT, "support+anything@example.org")
        write(postfix, "Support@Example.ORG", size=2_000_000)
        postfix.until(lambda: tickets(running) == 3, "three tickets")
        calm(running, postfix)
        assert {one["channel"] for one in running.arrivals()} == {scene.border.kind}
        assert running.audit() == 3

    scene.play(act)


def test_who_is_not_known_is_refused_by_postfix(postfix: Postfix) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        write(postfix, "nobody@example.org")
    assert refused.value.recipients["nobody@example.org"][0] == 550


@pytest.mark.parametrize("border", ["ask"], indirect=True)
def test_postfix_may_ask_the_desk_whom_it_knows(scene: Scene, postfix: Postfix) -> None:
    def act(running: Running) -> None:
        write(postfix, "support+anything@example.org")
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            write(postfix, "nobody@example.org")
        assert refused.value.recipients["nobody@example.org"][0] == 550
        postfix.until(lambda: tickets(running) == 1, "the ticket")
        calm(running, postfix)

    scene.play(act)


def test_a_mail_that_is_too_large_is_refused_by_postfix_at_mail(
    postfix: Postfix,
) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused, match="552"):
        write(postfix, claims=26_214_400)


def test_postfix_offers_nothing_that_is_larger_than_the_desk_says(
    scene: Scene, postfix: Postfix
) -> None:
    world = Script()

    def act(running: Running) -> None:
        sender = write(postfix, size=150_000)
        postfix.until(lambda: world.mails, "a bounce")
        (bounce,) = world.mails
        assert (bounce.mail_from, bounce.rcpt_tos) == ("<>", [sender])
        assert "size limit" in str(bounce.content)
        assert running.arrivals() == []

    scene.play(act, world, more="max_size = 100000\n")


def test_a_full_disk_is_waited_for_and_the_mail_comes_once(
    scene: Scene, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = doors.DISK_RESERVE
    monkeypatch.setattr(doors, "DISK_RESERVE", 2**62)

    def act(running: Running) -> None:
        write(postfix)
        postfix.until(lambda: "452 4.3.1" in why(postfix), "the mail waits")
        assert running.arrivals() == []
        monkeypatch.setattr(doors, "DISK_RESERVE", reserve)
        postfix.until(lambda: tickets(running), "the ticket")
        calm(running, postfix)
        assert running.audit() == 1

    scene.play(act)


def test_mail_leaves_and_what_comes_back_is_filed_under_it(
    scene: Scene, postfix: Postfix
) -> None:
    world = Script()
    failed = "SELECT channel, last_error FROM delivery WHERE state = 'parked'"

    def act(running: Running) -> None:
        sender = write(postfix)
        postfix.until(lambda: world.mails, "an acknowledgement")
        assert world.mails[0].mail_from == SUPPORT
        assert world.mails[0].rcpt_tos == [sender]
        world.plan(RCPT=["550 5.1.1 He has left"])
        write(postfix)
        postfix.until(lambda: "signal" in running.outcomes(), "a bounce")
        (parked,) = running.rows(failed)
        assert parked["channel"] == "mail"
        assert "He has left" in parked["last_error"]
        calm(running, postfix)
        assert running.audit() == 3

    scene.play(act, world)


@pytest.mark.parametrize("border", ["smtp"], indirect=True)
def test_a_desk_that_is_killed_within_a_mail_has_it_once(
    scene: Scene, postfix: Postfix, store: Store
) -> None:
    smtp = free_port()
    scene.configure(smtp, scene.border.lmtp)
    process = start(scene.config)
    cut = Cut(at=scene.border.smtp, to=smtp, after=500_000, call=process.kill)
    try:
        write(postfix, size=5_000_000)
        assert process.wait(30) == -signal.SIGKILL
        assert count(store, "arrival") == 0
        process = start(scene.config)
        postfix.until(lambda: count(store, "arrival WHERE state = 'done'"), "it is in")
        postfix.until(lambda: not why(postfix), "nothing more comes")
    finally:
        cut.close()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert count(store, "ticket") == count(store, "arrival") == 1
