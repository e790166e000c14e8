"""A whole desk for a test: its process, Telegram, mailboxes and records."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from string import ascii_uppercase

from sqlalchemy import URL, make_url

from sandbox.telegram import TOKEN
from storage.store import Places
from tests.acceptance import letters
from tests.acceptance.desks import Desk, command
from tests.acceptance.letters import Mailboxes
from tests.acceptance.ports import free_port
from tests.acceptance.records import Records
from tests.acceptance.telegram import Json, Telegram, Topic
from tests.acceptance.waiting import eventually

#: A specialist, a second one, and somebody in the groups who is none.
ANNA, BORIS, STRANGER = 1001, 1002, 1003
#: A partner with Telegram, who is in no group.
PAVEL = 2001


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A site with its own forum group, and so a rate window of its own."""

    code: str
    address: str
    chat: int

    def person(self, name: str) -> str:
        """Return the address of somebody who writes to this site alone."""
        return f"{name}@{self.code.lower()}.example"


@dataclass(kw_only=True, slots=True)
class House:
    """Everything there is."""

    desk: Desk
    telegram: Telegram
    mailboxes: Mailboxes
    records: Records
    sites: tuple[Site, ...]
    _taken: Iterator[int] = field(default_factory=count)

    def site(self) -> Site:
        """Return a site that no other test of this house has."""
        return self.sites[next(self._taken)]

    def send(self, mail: EmailMessage) -> None:
        letters.send(self.desk.smtp_port, mail)

    def ticket(self, subject: str) -> str:
        """Return the number of the ticket with this subject, once there is one."""
        found = eventually(
            lambda: self.records.column(
                "SELECT number FROM ticket WHERE subject = :subject", subject=subject
            ),
            what=f"a ticket about {subject!r}",
        )
        assert len(found) == 1, found
        return str(found[0])

    def open(self, site: Site, **fields: str) -> tuple[EmailMessage, Topic]:
        """Let a partner of the site write; return the mail and the ticket's topic."""
        given = {"sender": site.person("ivan"), "to": site.address, **fields}
        mail = letters.letter(**given)
        self.send(mail)
        return mail, self.topic(site)

    def topic(self, site: Site) -> Topic:
        """Return the site's only topic, once its first comment stands there."""
        found = eventually(
            lambda: [
                one for one in self.telegram.topics(site.chat) if one["count"] >= 3
            ],
            what="a topic with its card and a comment",
        )
        assert len(found) == 1, found
        number = found[0]["name"].partition(" ")[0]
        return Topic(number=number, chat=site.chat, thread=found[0]["id"])

    def write(self, topic: Topic, text: str, *, user: int = ANNA) -> Json:
        return self.telegram.write(topic, text, user=user)

    def says(self, topic: Topic, text: str) -> Json:
        """Return the topic's newest message that holds a text, once it is there."""
        return (
            eventually(
                lambda: next(
                    (
                        one
                        for one in reversed(self.telegram.messages(topic))
                        if text in one["text"]
                    ),
                    None,
                ),
                what=f"a message with {text!r} in the topic",
            )
            or {}
        )

    def mail(self, recipient: str, text: str) -> EmailMessage:
        """Return the one mail to a recipient that holds a text, once it is there."""
        found = eventually(
            lambda: [
                one
                for one in self.mailboxes.mails(recipient)
                if text in letters.texts(one)
            ],
            what=f"a mail to {recipient} with {text!r}",
        )
        assert len(found) == 1, [one["Message-ID"] for one in found]
        return found[0]

    def waiting(self) -> int:
        """Return how much there is still to do, by the desk and by Telegram."""
        updates = len(self.telegram.see("updates")["pending"])
        return updates + self.records.waiting()

    def quiet(self, *, seconds: float = 20.0) -> None:
        """Wait until nothing is left to do."""
        eventually(
            lambda: self.waiting() == 0, seconds=seconds, what="nothing waits any more"
        )


@contextmanager
def open_house(
    folder: Path,
    staffed: Path | None,
    *,
    sites: int = 1,
    relay: str = "maildir:var/sent",
    storage: URL | None = None,
    buses: Mapping[str, str] | None = None,
    more: str = "",
    lasting: bool = True,
) -> Iterator[House]:
    """Build a house in an empty folder: Telegram is up, the desk not started.

    ``staffed`` is the data directory of a desk that has its specialists; without
    one Анна alone is registered here. ``storage`` is a database other than SQLite's,
    ``buses`` are URLs by name, ``more`` are further tables of the configuration. A
    Telegram that is not ``lasting`` is quicker, and forgets all when it is down.
    """
    places = tuple(_site(place) for place in range(sites))
    smtp_port, telegram_port = free_port(), free_port()
    folder.mkdir(exist_ok=True)
    if staffed is not None:
        shutil.copytree(staffed, folder / "var")
    config = folder / "config.toml"
    state = folder / "telegram.json" if lasting else None
    url = storage or make_url(f"sqlite:///{folder / 'var' / 'zayavka.db'}")
    with Telegram(telegram_port, state) as telegram:
        write_config(
            config,
            places,
            port=smtp_port,
            telegram=telegram.url,
            relay=relay,
            storage=url,
            buses=buses or {"file": "file:var/bus.jsonl"},
        )
        config.write_text(config.read_text() + more)
        if staffed is None:
            hire(config, places[0], {"Анна": ANNA})
        house = House(
            desk=Desk(config, smtp_port),
            telegram=telegram,
            mailboxes=Mailboxes(folder / "var" / "sent"),
            records=Records(Places(url=url, blobs=folder / "var" / "blobs")),
            sites=places,
        )
        telegram.up()
        _people(telegram, places)
        try:
            yield house
        finally:
            house.desk.close()


def register(folder: Path, specialists: dict[str, int]) -> None:
    """Let the operator set up a desk of one site and register its people."""
    config = folder / "config.toml"
    site = _site(0)
    write_config(
        config,
        (site,),
        port=0,
        telegram="http://127.0.0.1:1",
        relay="maildir:var/sent",
        storage=make_url("sqlite:///var/zayavka.db"),
        buses={"file": "file:var/bus.jsonl"},
    )
    hire(config, site, specialists)


def hire(config: Path, site: Site, specialists: dict[str, int]) -> None:
    for name, telegram_id in specialists.items():
        person = ["--name", name, "--telegram-id", str(telegram_id)]
        command(config, "staff", "add", *person, "--site", site.code)


def _site(place: int) -> Site:
    first, second = divmod(place, len(ascii_uppercase))
    code = ascii_uppercase[first] + ascii_uppercase[second]
    return Site(
        code=code,
        address=f"support-{code.lower()}@example.org",
        chat=-1_001_000_000_001 - place,
    )


def _people(telegram: Telegram, sites: tuple[Site, ...]) -> None:
    for user, name in (
        (ANNA, "Анна"),
        (BORIS, "Борис"),
        (STRANGER, "Ольга"),
        (PAVEL, "Павел"),
    ):
        telegram.do("users", id=user, first_name=name, language_code="en")
    manager = {"status": "administrator", "rights": {"can_manage_topics": True}}
    members = {ANNA: manager, BORIS: {}, STRANGER: {}}
    for site in sites:
        telegram.do("groups", id=site.chat, title=site.code, members=members)


def write_config(
    path: Path,
    sites: tuple[Site, ...],
    *,
    port: int,
    telegram: str,
    relay: str,
    storage: URL,
    buses: Mapping[str, str],
) -> None:
    tables = [
        f"""
        [[sites]]
        code = "{site.code}"
        name = "Support {site.code}"
        addresses = ["{site.address}"]
        telegram_chats = [{site.chat}]
        """
        for site in sites
    ]
    tables += [
        f"""
        [[bus]]
        name = "{name}"
        url = {json.dumps(url)}
        """
        for name, url in buses.items()
    ]
    head = f"""
        [service]
        language = "en"

        [storage]
        url = {json.dumps(storage.render_as_string(hide_password=False))}

        [http]
        port = {free_port()}

        [mail]
        address = "support@example.org"
        relay = {json.dumps(relay)}

        [mail.smtp]
        port = {port}

        [telegram]
        token = {json.dumps(TOKEN)}
        api_url = {json.dumps(telegram)}
        """
    path.write_text("".join([head, *tables]))
