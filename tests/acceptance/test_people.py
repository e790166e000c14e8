"""People on a ticket, over the whole desk: mail in and out, the page, the topic."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from email.message import EmailMessage

import httpx
import pytest

from tests.acceptance import letters
from tests.acceptance.desks import command
from tests.acceptance.houses import House, Site
from tests.acceptance.letters import letter, reply
from tests.acceptance.waiting import eventually

MX = "mx.desk.example"
VERA, VERAS = 1005, "vera@desk.example"
STORM = """
[[mail.storms]]
name = "monitoring"
sender = "@mon.example"
window = "10m"
after = 2
"""


@pytest.fixture
def desk(own: House) -> Iterator[House]:
    """A desk that can be reached on the web and gathers one storm."""
    config = own.desk.config
    text = config.read_text()
    port = tomllib.loads(text)["http"]["port"]
    url = f'[http]\n        public_url = "http://127.0.0.1:{port}"'
    trusting = f'[mail]\n        authserv_ids = ["{MX}"]'
    text = text.replace("[http]", url).replace("[mail]", trusting, 1)
    config.write_text(text + STORM)
    own.desk.start()
    yield own
    own.quiet()
    audit = json.loads(command(config, "audit", "--json"))
    assert audit["difference"] == 0


def rules(house: House) -> list[str]:
    return house.records.column("SELECT rule FROM arrival ORDER BY id")


def test_a_lost_thread_a_question_and_a_way_out(desk: House) -> None:
    [site] = desk.sites
    ivan, olga = site.person("ivan"), site.person("olga")
    _, topic = desk.open(site, Cc=olga)
    lost = {"to": site.address, "Subject": "RE: не печатает принтер"}
    desk.send(letter(sender=olga, text="И у нас в бухгалтерии.", **lost))
    desk.says(topic, "И у нас в бухгалтерии.")
    desk.write(topic, "Смените картридж.")
    link = way_out(desk.mail(olga, "Смените картридж."))
    asked = {"to": site.address, "Subject": f"status {topic.number}"}
    desk.send(letter(sender=ivan, text="Hello!", **asked))
    told = desk.mail(ivan, "The last answer")
    assert told["Subject"].startswith(f"[{topic.number}] Re: ")
    assert "waiting for your answer" in letters.texts(told)
    assert "Смените картридж." in letters.texts(told)
    assert "<form" in httpx.get(link).text
    assert httpx.post(link).status_code == 200
    desk.says(topic, f"{olga} has left this ticket")
    desk.write(topic, "Готово?")
    desk.mail(ivan, "Готово?")
    desk.quiet()
    to_olga = map(letters.texts, desk.mailboxes.mails(olga))
    assert not [one for one in to_olga if "Готово?" in one]
    desk.send(reply(told, sender=olga, text="Да, спасибо!"))
    desk.says(topic, "Да, спасибо!")
    desk.write(topic, "Рады помочь.")
    desk.mail(olga, "Рады помочь.")
    assert len(desk.telegram.topics(site.chat)) == 1
    found = [one for one in rules(desk) if one in {"same-subject", "left"}]
    assert found == ["same-subject", "left"]


def way_out(mail: EmailMessage) -> str:
    [link] = re.findall(r"http://\S+/leave/[\w-]+", letters.texts(mail))
    return str(link)


def test_a_storm_is_one_topic_and_one_line(desk: House) -> None:
    [site] = desk.sites
    for n in range(30):
        desk.send(alarm(site, n))
    assert eventually(
        lambda: rules(desk).count("storm") == 28, what="28 mails of a storm"
    )
    desk.quiet()
    topics = desk.telegram.topics(site.chat)
    assert len(topics) == 2
    said = [
        one["text"]
        for topic in topics
        for one in desk.telegram.see(f"chats/{site.chat}/messages")
        if one["thread"] == topic["id"]
    ]
    assert len([one for one in said if one.startswith("🌪")]) == 1
    assert not [one for one in said if "Disk 7 " in one]


def passed(sender: str) -> str:
    """Return what our border server says of an author."""
    domain = sender.rpartition("@")[2]
    return f"{MX}; dmarc=pass header.from={domain}"


def test_a_colleague_from_another_domain_goes_on_with_a_lost_thread(
    desk: House,
) -> None:
    [site] = desk.sites
    ivan, petr = site.person("ivan"), "petr@romashka-2.example"
    domains = [ivan.rpartition("@")[2], "romashka-2.example"]
    named = [word for one in domains for word in ("--domain", one)]
    command(desk.desk.config, "org", "add", "--name", "Romashka", *named)
    _, topic = desk.open(site)
    lost = {"to": site.address, "Cc": ivan, "Subject": "FW: Не печатает принтер"}
    desk.send(
        letter(
            sender=petr,
            text="Это наш общий.",
            Authentication_Results=passed(petr),
            **lost,
        )
    )
    desk.says(topic, "Это наш общий.")
    desk.write(topic, "Смотрим.")
    for person in (ivan, petr):
        desk.mail(person, "Смотрим.")


def test_what_a_specialist_forwards_is_its_writers_request(desk: House) -> None:
    [site] = desk.sites
    ivan = site.person("ivan")
    vera = ["--name", "Вера", "--telegram-id", str(VERA), "--email", VERAS]
    command(desk.desk.config, "staff", "add", *vera, "--site", site.code)
    text = (
        "Коллеги, возьмите.\n\n---------- Forwarded message ---------\n"
        f"From: Иван <{ivan}>\nTo: <{VERAS}>\nSubject: Сканер\n\nСканер молчит.\n"
    )
    fields = {"to": site.address, "Subject": "Fwd: Сканер"}
    verdict = passed(VERAS)
    desk.send(letter(sender=VERAS, text=text, Authentication_Results=verdict, **fields))
    topic = desk.topic(site)
    desk.says(topic, "Вера forwarded this")
    desk.says(topic, "Коллеги, возьмите.")
    told = desk.mail(ivan, topic.number)
    assert told["Subject"] == f"[{topic.number}] Сканер"
    desk.send(reply(told, sender=ivan, text="Спасибо!"))
    desk.says(topic, "Спасибо!")
    assert rules(desk)[0] == "forwarded-by-specialist"
    assert not desk.mailboxes.mails(VERAS)


def alarm(site: Site, n: int) -> EmailMessage:
    return letter(
        sender=f"host{n % 3}@mon.example",
        to=site.address,
        text=f"Disk {n} is full.",
        Subject=f"Problem {n}",
        Auto_Submitted="auto-generated",
    )
