"""What a receiver knows after a day at a desk is what the desk knows."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from examples.mirror.feeds import Place
from storage.views import list_tickets
from tests.acceptance.desks import command
from tests.acceptance.houses import ANNA, House, Site, open_house
from tests.acceptance.letters import letter, reply
from tests.acceptance.ports import free_port
from tests.brokers import RabbitMq
from tests.bus.rabbit import settle
from tests.examples.mirrors import Mirror, following, settle_queue
from tests.examples.witness import of_desk, of_mirror

#: Longer than an event carries it inline.
LONG = "Очень длинная жалоба. " * 1500


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A desk whose story is over, and its mirrors by the bus they follow."""

    house: House
    mirrors: dict[str, Mirror]
    http: int


@pytest.fixture(scope="module")
def told(
    tmp_path_factory: pytest.TempPathFactory, rabbit_node: RabbitMq
) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("story")
    rabbit_node.start()
    exchange = asyncio.run(settle(rabbit_node))
    place = Place(url=exchange.url, exchange=exchange.name, queue=f"m-{exchange.name}")
    settle_queue(place)
    bus = folder / "house" / "var" / "bus.jsonl"
    buses = {"file": f"file:{bus}", "rabbit": f"{place.url}?exchange={exchange.name}"}
    port = free_port()
    options = ("--exchange", place.exchange, "--queue", place.queue)
    with (
        open_house(folder / "house", None, sites=2, buses=buses) as house,
        following(
            place.url, folder / "rabbit.db", *options, "--http", str(port)
        ) as of_rabbit,
        following(f"file:{bus}", folder / "file.db") as of_file,
    ):
        house.desk.start()
        play(house)
        house.quiet()
        mirrors = {"rabbit": of_rabbit, "file": of_file}
        events = house.records.column("SELECT count(*) FROM event")[0]
        for mirror in mirrors.values():
            mirror.await_count(events)
        yield Told(house=house, mirrors=mirrors, http=port)


def play(house: House) -> None:
    """Let partners write, be answered, add files, and come back."""
    play_files(house, house.site())
    play_stranger(house, house.site())


def play_files(house: House, site: Site) -> None:
    ivan, olga = site.person("ivan"), site.person("olga")
    mail = letter(sender=ivan, to=site.address, Cc=olga)
    for name in ("акт.pdf", "акт.pdf"):
        mail.add_attachment(b"%PDF" * 99, maintype="a", subtype="pdf", filename=name)
    house.send(mail)
    topic = house.topic(site)
    house.write(topic, "Смотрим.")
    answer = house.mail(ivan, "Смотрим.")
    domain = ["--domain", ivan.partition("@")[2]]
    command(house.desk.config, "org", "add", "--name", "ООО «Ромашка»", *domain)
    house.telegram.attach(topic, "ответ.bin", b"\x00\xff" * 999, user=ANNA)
    house.send(reply(answer, sender=ivan, text=LONG))
    house.says(topic, "Очень длинная")


def play_stranger(house: House, site: Site) -> None:
    ivan = site.person("ivan")
    _, topic = house.open(site)
    told = house.mail(ivan, topic.number)
    house.send(reply(told, sender="eve@elsewhere.example", text="Пустите меня."))
    asked = house.says(topic, "Пустите меня.")
    house.telegram.press(asked, ANNA, "accept")
    house.write(topic, "// проверено")
    house.telegram.press(house.says(topic, topic.number), ANNA, "close")
    house.mail(ivan, "is closed")
    house.send(reply(told, sender=ivan, text="Снова не работает."))
    house.says(topic, "Снова не работает.")


@pytest.mark.parametrize("bus", ["file", "rabbit"])
def test_the_mirror_has_the_desks_rows_from_events_alone(told: Told, bus: str) -> None:
    mirrored = of_mirror(told.mirrors[bus].book)
    for name, rows in told.house.records.look(of_desk).items():
        assert rows, name
        assert mirrored[name] == rows, name


def test_its_report_says_that_nothing_is_missing(told: Told) -> None:
    known = versions(told.house)
    for mirror in told.mirrors.values():
        report = mirror.report()
        assert report["gaps"] == report["skipped"] == []
        assert report["last"] == known
        assert report["events"].keys() == {"applied"}


def test_it_tells_over_http_how_far_it_has_come(told: Told) -> None:
    url = f"http://127.0.0.1:{told.http}/"
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert json.load(answer) == versions(told.house)


def versions(house: House) -> dict[str, Any]:
    return {one["number"]: one["version"] for one in house.records.look(list_tickets)}
