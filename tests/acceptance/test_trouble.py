"""The relay refuses, Telegram is away or asks for a pause: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.background import Background
from tests.acceptance.houses import House, open_house
from tests.acceptance.letters import letter, reply
from tests.acceptance.waiting import eventually
from tests.mail.sink import Script, open_sink

PAUSE = 2  # seconds, as Telegram asks for


@pytest.fixture
def relay() -> Iterator[Script]:
    script = Script()
    with Background(lambda: open_sink(script)):
        yield script


@pytest.fixture
def relayed(tmp_path: Path, staffed: Path, relay: Script) -> Iterator[House]:
    """A desk at work whose mails leave through the relay."""
    url = f"smtp://127.0.0.1:{relay.port}"
    with open_house(tmp_path / "own", staffed, relay=url) as opened:
        opened.desk.start()
        yield opened


def mark(house: House, message: dict[str, Any]) -> list[str]:
    """Return the reactions on a message."""
    where = f"chats/{message['chat_id']}/messages/{message['id']}"
    return [one["emoji"] for one in house.telegram.see(where)["reactions"]]


def test_the_specialist_sees_what_becomes_of_an_answer(
    relayed: House, relay: Script
) -> None:
    _, topic = relayed.open(relayed.sites[0])
    eventually(lambda: relay.mails, what="the acknowledgement")
    relay.plan(RCPT=["450 4.2.1 Come back later"])
    slow = relayed.write(topic, "Перезагрузите принтер.")
    eventually(lambda: mark(relayed, slow) == ["👀"], what="it is queued")
    eventually(lambda: mark(relayed, slow) == ["👌"], what="it is delivered")
    assert len(relay.mails) == 2
    relay.plan(RCPT=["550 5.1.1 No such user in our town"])
    refused = relayed.write(topic, "Получилось?")
    eventually(lambda: mark(relayed, refused) == ["💔"], what="it failed")
    said = relayed.says(topic, "No such user in our town")
    assert said["reply_to"] == refused["id"]
    assert relayed.sites[0].person("ivan") in said["text"]


def test_mail_works_while_telegram_is_away_and_the_topic_comes_later(
    own: House,
) -> None:
    own.telegram.down()
    own.desk.start()
    site = own.sites[0]
    mail = letter(sender=site.person("ivan"), to=site.address, text="Первое.")
    own.send(mail)
    told = own.mail(site.person("ivan"), "AA-1")
    own.send(reply(told, sender=site.person("ivan"), text="Второе."))
    eventually(
        lambda: own.records.column("SELECT count(*) FROM comment") == [2],
        what="the reply is a comment",
    )
    own.telegram.up()
    eventually(lambda: own.telegram.topics(site.chat), what="the topic", seconds=30)
    topic = own.topic(site)
    own.says(topic, "Второе.")
    order = [one["text"] for one in own.telegram.messages(topic)[2:]]
    assert ["Первое." in order[0], "Второе." in order[1]] == [True, True]
    own.write(topic, "Отвечаем.")
    own.mail(site.person("ivan"), "Отвечаем.")


def test_a_pause_that_telegram_asks_for_is_kept(own: House) -> None:
    own.desk.start()
    site = own.sites[0]
    _, topic = own.open(site)
    own.quiet()
    own.telegram.forget("calls")
    body = {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {PAUSE}",
        "parameters": {"retry_after": PAUSE},
    }
    own.telegram.do(
        "faults", action="respond", method="sendMessage", status=429, body=body
    )
    told = own.mail(site.person("ivan"), topic.number)
    for text in ("Раз.", "Два.", "Три."):
        own.send(reply(told, sender=site.person("ivan"), text=text))
    own.says(topic, "Три.")
    refused, *later = own.telegram.see("calls", method="sendMessage")
    assert refused["status"] == 429
    assert [one["status"] for one in later] == [200, 200, 200]
    assert later[0]["at"] - refused["at"] >= PAUSE
    shown = [one["text"] for one in own.telegram.messages(topic)]
    assert [one.splitlines()[-1] for one in shown[-3:]] == ["Раз.", "Два.", "Три."]
