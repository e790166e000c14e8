"""The service: its parts are started in order, watched, and stopped in order."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import structlog

from app.clerk import Refused
from app.config import Config, ConfigError
from app.control import ControlServer
from app.health import Watch
from app.http import HttpServer
from app.intake import Intake
from app.leading import Led, Tasks
from app.opening import appear, open_session, open_store
from app.parts import doors, files, mail, web, work
from app.parts.kit import KINDS, Kit, make_kit, now
from app.single import (
    being,
    collecting,
    hearing,
    inheriting,
    mirroring,
    reconciling,
    talking,
)
from app.starting import asking_for
from app.wakes import Wakes
from bot.poller import Poller
from bus.door import CommandDoor
from mail.door.smtp import Door
from mail.files.scanner import Scanner
from mail.imap.door import MailboxDoor
from scheduler.digests import Alarm
from scheduler.drain import Drain
from storage.errors import StorageError
from storage.leadership import Alone, Leadership, Session, SessionLock
from storage.orphans import presence
from tickets.model import Json
from tickets.registry import NotRegistered

log = structlog.get_logger()
#: Seconds that mails under way at the door may take when stopping.
GRACE = 4.0
ROLES = ("intake", "worker", "bot", "relay", "scheduler", "http")


@dataclass(kw_only=True)
class Service:
    """One process of the desk, with the roles it plays.

    Leave the ``async with`` to stop it: the doors first, then what is in hand, the
    store last.
    """

    config: Config
    roles: tuple[str, ...] = ROLES
    doors: dict[str, Door] = field(default_factory=dict)
    bot: Led | None = None
    poller: Poller | None = None  # while it is this process that polls
    heard: dict[str, Led] = field(default_factory=dict)  # the queues of commands
    command_doors: dict[str, CommandDoor] = field(default_factory=dict)  # those we read
    mailboxes: dict[str, Led] = field(default_factory=dict)
    mailbox_doors: dict[str, MailboxDoor] = field(default_factory=dict)  # those we read
    scanner: Scanner | None = None
    http: HttpServer | None = None
    _session: Session | None = None  # where there may be other processes
    _stoppable: list[Drain[Any] | Led] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *failure: object) -> None:
        for part in self._stoppable:  # together, so that their graces are one
            part.stop()
        await self._stack.aclose()

    async def _start(self) -> None:
        self.wakes = Wakes(asyncio.get_running_loop())
        store = await open_store(self.config, self.wakes, self._stack)
        self._session = open_session(self.config, self._stack)
        owner = f"{socket.gethostname()}/{secrets.token_hex(4)}"
        self.kit = kit = make_kit(self.config, store, owner=owner)
        await appear(kit, self._stack)
        intake = Intake(store=store)
        self.scanner = files.make_scanner(kit)
        self._be_there(kit)
        if "relay" in self.roles:
            await self._start_relays(kit)
        if "scheduler" in self.roles:
            self._start_scheduler(kit)
        if "bot" in self.roles and self.config.telegram.enabled:
            self._start_bot(kit, intake)
        if "worker" in self.roles:
            self._run(work.make_filing(kit, self.scanner), "arrivals")
        if "intake" in self.roles:
            await self._open_doors(kit, intake)
            self._read_mailboxes(kit)
            self._hear_commands(intake)
        if "http" in self.roles:
            await self._open_http(kit)
        if store.is_sqlite:
            await self._open_control(kit)

    def _be_there(self, kit: Kit) -> None:
        """Let other processes see that we live, and see whether they do."""
        if self._session is not None:
            self._lead(presence(kit.owner), partial(being, kit))
            self._lead("orphans", partial(inheriting, kit.store))

    async def _start_relays(self, kit: Kit) -> None:
        relay = mail.make_mail_relay(self.config)
        self._stack.push_async_callback(relay.close)
        self._run(mail.make_mailing(kit, relay), "mail")
        for target in self.config.bus:
            start = partial(mirroring, kit, target, self.wakes)
            self._lead(f"bus {target.name}", start)

    def _start_scheduler(self, kit: Kit) -> None:
        digesting = work.make_digesting(kit)
        for drain in (digesting, work.make_deadlines(kit)):
            self._stoppable.append(drain)
            self._spawn(drain.run(), stop=drain.stop)
        self._lead("reconcile", partial(reconciling, kit))
        alarm = Alarm(kit.plans, digesting.wake)
        alarm.start()
        self._stack.callback(alarm.stop)

    def _start_bot(self, kit: Kit, intake: Intake) -> None:
        if self.config.telegram.token is None:
            raise ConfigError(["telegram.token is not set"])
        start = partial(talking, kit, intake, self.wakes, show=self._show_poller)
        self.bot = self._lead("telegram", start)

    def _show_poller(self, poller: Poller | None) -> None:
        self.poller = poller

    def _hear_commands(self, intake: Intake) -> None:
        for target in self.config.bus:
            if target.commands is not None:
                show = partial(self._show_command_door, target.name)
                start = partial(hearing, intake, target, show=show)
                self.heard[target.name] = self._lead(f"commands {target.name}", start)

    def _show_command_door(self, target: str, door: CommandDoor | None) -> None:
        if door is None:
            self.command_doors.pop(target, None)
        else:
            self.command_doors[target] = door

    def _read_mailboxes(self, kit: Kit) -> None:
        for mailbox in self.config.mail.imap:
            show = partial(self._show_mailbox_door, mailbox.name)
            start = partial(collecting, kit, mailbox, show=show)
            self.mailboxes[mailbox.name] = self._lead(f"imap {mailbox.name}", start)

    def _show_mailbox_door(self, mailbox: str, door: MailboxDoor | None) -> None:
        if door is None:
            self.mailbox_doors.pop(mailbox, None)
        else:
            self.mailbox_doors[mailbox] = door

    def _lead(
        self, name: str, start: Callable[[], AbstractAsyncContextManager[Tasks]]
    ) -> Led:
        """Run a part here or, while another process leads, stand by."""
        leadership: Leadership = Alone()
        if self._session is not None:
            leadership = SessionLock(self._session, name)
        led = Led(name=name, leadership=leadership, start=start)
        self._stoppable.append(led)
        self._spawn(led.run(), stop=led.stop)
        return led

    async def _open_doors(self, kit: Kit, intake: Intake) -> None:
        smtp = self.config.mail.smtp
        if not smtp.enabled:
            return
        ports = [("mail.smtp.port", smtp.port), ("mail.smtp.lmtp_port", smtp.lmtp_port)]
        self.doors = doors.make_doors(kit, intake)
        for door, (key, port) in zip(self.doors.values(), ports, strict=False):
            with asking_for(key, f"{port} on {smtp.host}"):
                await door.start(smtp.host, port or 0)
            self._stack.push_async_callback(door.stop, GRACE)

    async def _open_http(self, kit: Kit) -> None:
        watch = Watch(
            store=kit.store,
            clock=now,
            doors=self.doors,
            bot=self.bot,
            poller=lambda: self.poller,
            heard=self.heard,
            command_doors=self.command_doors,
            mailboxes=self.mailboxes,
            mailbox_doors=self.mailbox_doors,
            scanner=self.scanner,
            plans=kit.plans,
            targets=tuple(target.name for target in self.config.bus),
        )
        self.http = web.make_http(kit, watch)
        where = f"{self.config.http.port} on {self.config.http.host}"
        with asking_for("http.port", where):
            await self.http.start()
        self._stack.push_async_callback(self.http.stop)

    async def _open_control(self, kit: Kit) -> None:
        """Let the command line write through us, the only writer."""
        clerk = web.make_clerk(kit)

        async def execute(name: str, arguments: Json) -> Json:
            return await asyncio.wrap_future(
                kit.store.submit(lambda tx: clerk.perform(tx, name, arguments))
            )

        control = ControlServer(
            folder=self.config.service.data_dir,
            execute=execute,
            told=(Refused, NotRegistered, StorageError),
        )
        await control.start()
        self._stack.push_async_callback(control.stop)

    def _run(self, drain: Drain[Any], kind: str) -> None:
        self.wakes.add(KINDS[kind], drain.wake)
        self._stoppable.append(drain)
        self._spawn(drain.run(), stop=drain.stop)

    def _spawn(self, work: Coroutine[Any, Any, None], *, stop: Any) -> None:
        """Run a part until the stack unwinds, then stop it and let it finish."""
        task = asyncio.create_task(work)
        self._tasks.append(task)

        async def finish() -> None:
            stop()
            await task

        self._stack.push_async_callback(finish)

    def ports(self) -> dict[str, int]:
        """Return where this process listens."""
        listening = {name: door.port for name, door in self.doors.items()}
        return {**listening, "http": self.http.port} if self.http else listening

    async def watch(self, stopping: asyncio.Event) -> None:
        """Wait until told to stop, or raise what ended a part."""
        waiting = asyncio.create_task(stopping.wait())
        done, _ = await asyncio.wait(
            [waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED
        )
        for task in done - {waiting}:
            await task
        waiting.cancel()
