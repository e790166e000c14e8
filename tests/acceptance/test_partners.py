"""A partner goes over from mail to Telegram, and a killed desk loses nothing of it."""

from __future__ import annotations

import json
import re

from tests.acceptance import letters
from tests.acceptance.desks import command
from tests.acceptance.houses import PAVEL, House
from tests.acceptance.letters import letter
from tests.acceptance.telegram import Json, Topic
from tests.acceptance.waiting import eventually


def write(house: House, text: str) -> Json:
    where = f"chats/{PAVEL}/messages"
    written: Json = house.telegram.do(where, user_id=PAVEL, text=text)[0]
    return written


def topic_of(house: House, number: str) -> Topic:
    """Return a ticket's topic, once its first comment stands there."""
    [site] = house.sites

    def found() -> list[Json]:
        topics = house.telegram.topics(site.chat)
        wanted = f"{number} "
        return [
            one for one in topics if one["name"].startswith(wanted) and one["count"] > 2
        ]

    [topic] = eventually(found, what=f"the topic of {number}")
    return Topic(number=number, chat=site.chat, thread=topic["id"])


def test_a_partner_goes_on_in_telegram_and_no_kill_loses_a_word(own: House) -> None:
    [site] = own.sites
    pavel = site.person("pavel")
    own.desk.start()
    known = "SELECT value FROM cursor WHERE name = 'telegram-bot'"
    eventually(lambda: own.records.column(known), what="the bot's name is known")
    own.send(letter(sender=pavel, to=site.address, Subject="Кондиционер"))
    number = own.ticket("Кондиционер")
    told = letters.texts(own.mail(pavel, number))
    [payload] = re.findall(r"https://t\.me/zayavka_sandbox_bot\?start=([\w-]+)", told)
    own.telegram.do(f"users/{PAVEL}/start", payload=payload)
    own.telegram.told(PAVEL, "this is your chat with the support desk")
    own.desk.kill()
    asked = write(own, "И ещё сканер")
    own.desk.start()
    accepted = own.telegram.told(PAVEL, "Your request is registered")
    assert accepted["reply_to"] == asked["id"]
    topic = topic_of(own, own.ticket("И ещё сканер"))
    assert accepted["text"].startswith(topic.number)
    own.write(topic, "Смотрим.")
    own.telegram.told(PAVEL, f"{topic.number} · Анна\nСмотрим.")
    own.quiet()
    assert len(own.mailboxes.mails(pavel)) == 1
    people = own.records.column("SELECT count(*) FROM contact")
    assert people == [1]
    audit = json.loads(command(own.desk.config, "audit", "--json"))
    assert audit["difference"] == 0
