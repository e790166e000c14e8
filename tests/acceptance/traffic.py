"""People who go on writing whatever becomes of the desk, and remember what they did."""

from __future__ import annotations

import queue
import random
import smtplib
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from tests.acceptance import letters
from tests.acceptance.houses import ANNA, House, Site
from tests.acceptance.letters import letter, reply
from tests.acceptance.telegram import Topic

RETRY = 0.05


@contextmanager
def paced(
    act: Callable[[], None], per_second: float, *, most: int = sys.maxsize
) -> Iterator[None]:
    """Do something so many times a second, in a thread, until the ``with`` ends.

    ``most`` is how often at most.
    """
    stopping = threading.Event()

    def work() -> None:
        began = time.monotonic()
        for turn in range(most):
            due = began + turn / per_second
            if stopping.wait(max(0.0, due - time.monotonic())):
                return
            act()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            yield
        finally:
            stopping.set()
        working.result()


@dataclass(frozen=True, slots=True)
class Offer:
    """A mail on its way to the desk, known by its mark."""

    mark: str
    content: bytes
    sender: str
    recipient: str


class MailServer:
    """Offers each mail, the same bytes again and again, until it hears 250."""

    def __init__(self, port: int, *, threads: int = 6) -> None:
        self._port = port
        self._queue: queue.SimpleQueue[Offer | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work) for _ in range(threads)]
        self.accepted: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.tries = 0
        for thread in self._threads:
            thread.start()

    def offer(self, offer: Offer) -> None:
        self._queue.put(offer)

    def close(self) -> None:
        """Return once every mail was accepted or refused for good."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (offer := self._queue.get()) is not None:
            while not self._try(offer):
                time.sleep(RETRY)

    def _try(self, offer: Offer) -> bool:
        self.tries += 1
        try:
            with smtplib.SMTP("127.0.0.1", self._port, timeout=10) as client:
                client.sendmail(offer.sender, [offer.recipient], offer.content)
        except smtplib.SMTPResponseException as answer:
            if answer.smtp_code < 500:
                return False
            self.refused.append((offer.mark, str(answer)))
            return True
        except OSError:
            return False
        self.accepted.append(offer.mark)
        return True


@dataclass(kw_only=True)
class Partners:
    """Each site has one conversation, in which two people write and reply."""

    house: House
    server: MailServer
    chance: random.Random
    last: dict[Site, EmailMessage] = field(default_factory=dict)
    marks: dict[str, Site] = field(default_factory=dict)

    def write(self) -> None:
        mark = f"partner-{len(self.marks):05d}."
        unopened = len(self.last) < len(self.house.sites)
        if unopened and self.chance.random() < 0.5:
            site = self.house.sites[len(self.last)]
            mail = self._letter(site, mark)
        elif not self.last:
            return
        else:
            site = self._quiet_site()
            mail = self._reply(site, mark)
        self.last[site] = mail
        self.marks[mark] = site
        sender, to = letters.bare(mail["From"]), letters.bare(mail["To"])
        self.server.offer(Offer(mark, mail.as_bytes(), sender, to))

    def _quiet_site(self) -> Site:
        """Return a site with little mail: a group's rate window soon is spent."""
        written = Counter(self.marks.values())
        some = self.chance.choices(list(self.last), k=4)
        return min(some, key=lambda site: written[site])

    def _letter(self, site: Site, mark: str) -> EmailMessage:
        return letter(
            sender=site.person("ivan"),
            to=site.address,
            Cc=site.person("olga"),
            text=mark,
        )

    def _reply(self, site: Site, mark: str) -> EmailMessage:
        """Reply to the last of their own mails, or to one that the desk sent."""
        author, other = self.chance.sample(["ivan", "olga"], 2)
        people = {"sender": site.person(author), "Cc": site.person(other)}
        if self.chance.random() < 0.1:
            ours = self.house.mailboxes.newest(site.person(author))
            if ours is not None:
                return reply(ours, text=mark, **people)
        return reply(self.last[site], text=mark, to=site.address, **people)


@dataclass(kw_only=True)
class Staff:
    """A specialist who answers, makes notes and presses buttons in every topic."""

    house: House
    chance: random.Random
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    presses: int = 0

    def work(self) -> None:
        topic = self._some_topic()
        if topic is None:
            return
        match self.chance.choices(("answer", "note", "press"), (6, 2, 3))[0]:
            case "answer":
                mark = f"answer-{len(self.answers):05d}."
                self.answers[mark] = self.house.write(topic, mark)
            case "note":
                mark = f"note-{len(self.notes):05d}."
                self.notes[mark] = self.house.write(topic, f"// {mark}")
            case _:
                self._press(topic)

    def _some_topic(self) -> Topic | None:
        chats = [one for one in self.house.telegram.see("chats") if one["topics"]]
        if not chats:
            return None
        chat = self.chance.choice(chats)
        topic = self.chance.choice(chat["topics"])
        number = topic["name"].partition(" ")[0]
        return Topic(number=number, chat=chat["id"], thread=topic["id"])

    def _press(self, topic: Topic) -> None:
        messages = self.house.telegram.messages(topic)
        card = next((one for one in messages if one["reply_markup"]), None)
        if card is None:
            return
        rows = card["reply_markup"]["inline_keyboard"]
        button = self.chance.randrange(sum(len(row) for row in rows))
        where = f"chats/{topic.chat}/messages/{card['id']}/press"
        self.house.telegram.do(where, user_id=ANNA, button=button, wait=0)
        self.presses += 1
