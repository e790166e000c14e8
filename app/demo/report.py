"""What each person saw in the end, for people to read."""

from __future__ import annotations

import json
from collections import Counter

from rich.console import Console
from rich.table import Table

from app.demo.desk import MANAGER, SITES
from app.demo.letters import Person
from app.demo.morning import IVAN, MAX, OLGA, Morning


def tell(console: Console, morning: Morning) -> None:
    """Print what people saw, what the bus got, and the audit's sum."""
    for person in (IVAN, OLGA, MAX, MANAGER):
        console.print(_mailbox(morning, person))
    console.print(_phone(morning))
    console.print(_forum(morning))
    console.print(_bus(morning))
    console.print(_audit(morning))


def _mailbox(morning: Morning, person: Person) -> Table:
    table = _table(f"{person.name}'s mailbox", "subject", "begins")
    for mail in morning.desk.inbox(person):
        first = next((one for one in mail.text.splitlines() if one.strip()), "")
        table.add_row(mail.subject, first[:60])
    return table


def _phone(morning: Morning) -> Table:
    table = _table(f"{morning.phone.name}'s Telegram", "who", "says")
    for one in morning.phone.messages():
        said = one["text"] or (one["file"] or {}).get("name", "")
        table.add_row(one["from"]["name"], said.replace("\n", " ")[:70])
    return table


def _forum(morning: Morning) -> Table:
    table = _table("The specialists' forums", "topic", "messages", "last")
    for _, chat in SITES.values():
        for topic in morning.forum.topics(chat):
            number = topic["name"].partition(" ")[0]
            said = morning.forum.messages(number)[-1]["text"].strip().splitlines()
            last = said[-1] if said else "(a file)"
            table.add_row(topic["name"], str(topic["count"]), last[:50])
    return table


def _bus(morning: Morning) -> Table:
    path = morning.desk.folder / "var" / "bus.jsonl"
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    table = _table("The data bus", "event", "times")
    for type_, times in sorted(Counter(one["type"] for one in events).items()):
        table.add_row(type_.removeprefix("zayavka.").removesuffix(".v1"), str(times))
    return table


def _audit(morning: Morning) -> Table:
    table = _table("The audit: what was received, and what became of it", "", "")
    for name, count in morning.desk.command("audit").items():
        table.add_row(name, str(count))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
