"""People ask, leave and are gathered, over a real store and as they see it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from app.config import load, rules_from
from app.deadlines import Deadlines
from app.http import HttpServer, make_app
from app.intake import DepartureKeeper, Intake
from app.leaving import Leaving, StoredPlaces
from app.reading import read
from scheduler.arrivals import ArrivalSource
from storage.arrivals import KeptArrival
from storage.audit import audit
from storage.flush import flush
from storage.people import add_specialist
from storage.store import Places
from storage.transaction import Transaction
from tests.app.test_chatting import Letters
from tests.app.test_http import Fine, Nothing
from tests.app.test_mailing import read as read_mail
from tests.app.workshop import ANNA, Chat, Workshop, add_mailing, chat, run, texts
from tests.desks import rules
from tickets.post.posted import Post
from tickets.rules import Rules
from tickets.storms.storm import StormRule
from tickets.talk import Happening
from tickets.words import Role
from tickets.work import Work

IVAN, OLGA = "ivan@partner.example", "olga@partner.example"
ANNAS = "anna@desk.example"
URL = "https://desk.example.org"
SUBJECT = "Не печатает принтер"
Scene = Callable[[Chat, Letters], Coroutine[Any, Any, None]]


@pytest.fixture
def places(records: Places) -> Places:
    """Return each kind of database in turn."""
    return records


def play(places: Places, scene: Scene, **more: Any) -> None:
    """Play a scene with a chat and mails under rules with something ``more``."""

    async def story(shop: Workshop) -> None:
        shop.filing.rules = rules(public_url=URL, **more)
        letters = Letters()
        add_mailing(shop, letters)
        async with chat(shop) as there:
            await scene(there, letters)
        found = shop.store.read(audit)
        assert not found.findings
        assert found.difference == 0

    run(places, story)


def mails_to(letters: Letters, person: str) -> list[Any]:
    return [read_mail(raw) for to, raw in letters.taken if to == person]


def body(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


@asynccontextmanager
async def serving(shop: Workshop, told: Rules) -> AsyncIterator[str]:
    """Serve the page of a workshop."""
    leaving = Leaving(
        keys=told.signer.keys,
        records=StoredPlaces(store=shop.store, rules=told),
        keeper=DepartureKeeper(intake=Intake(shop.store), clock=shop.clock.now),
        texts=texts(),
    )
    pages = make_app(
        health=Fine(),
        registry=CollectorRegistry(),
        files=Nothing(),
        more=leaving.routes(),
    )
    server = HttpServer(pages, host="127.0.0.1", port=0)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()


def test_the_link_in_an_answer_lets_its_reader_leave(places: Places) -> None:
    async def scene(there: Chat, letters: Letters) -> None:
        await there.shop.mail(cc=OLGA)
        await there.settle()
        await there.say("Смотрим.")
        to_ivan, to_olga = mails_to(letters, IVAN)[-1], mails_to(letters, OLGA)[-1]
        assert "/leave/" not in body(to_ivan)
        assert to_ivan["List-Unsubscribe"] is None
        [link] = re.findall(rf"{URL}/leave/[\w-]+", body(to_olga))
        assert link in str(to_olga["List-Unsubscribe"])
        assert "mailto:support" in str(to_olga["List-Unsubscribe"])
        assert to_olga["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        async with (
            serving(there.shop, there.shop.filing.rules) as here,
            httpx.AsyncClient() as client,
        ):
            page = link.replace(URL, here)
            await client.get(page)  # as scanners do
            shown = await client.get(page)
            assert "<form" in shown.text
            assert OLGA in shown.text
            await there.settle()
            assert "participant-removed" not in there.shop.events()
            one_click = {"List-Unsubscribe": "One-Click"}
            for _ in range(2):
                done = await client.post(page, data=one_click)
                assert done.status_code == 200
                assert "<form" not in done.text
                await there.settle()
            assert "<form" not in (await client.get(page)).text
            assert (await client.get(f"{page[:-3]}xxx")).status_code == 404
            assert "script" not in shown.headers["content-security-policy"]
        assert there.shop.events().count("participant-removed") == 1
        assert "olga@partner.example" in there.words()[-1]
        before = len(mails_to(letters, OLGA))
        await there.say("Готово.")
        assert len(mails_to(letters, OLGA)) == before
        assert "Готово." in body(mails_to(letters, IVAN)[-1])

    play(places, scene)


def test_the_word_is_confirmed_once(places: Places) -> None:
    async def scene(there: Chat, letters: Letters) -> None:
        await there.shop.mail(cc=OLGA)
        reply = "In-Reply-To: <1@partner.example>\n"
        await there.shop.mail("2", sender=OLGA, text="отписаться", more=reply)
        await there.settle()
        [told] = mails_to(letters, OLGA)
        assert "Вы больше не получаете писем" in body(told)
        assert told["Auto-Submitted"] == "auto-replied"

    play(places, scene)


def test_a_question_is_answered_by_mail(places: Places) -> None:
    async def scene(there: Chat, letters: Letters) -> None:
        await there.shop.mail(subject=SUBJECT)
        await there.settle()
        await there.say("Везём картридж.")
        await there.shop.mail("2", subject="Статус NN-1", text="Спасибо!")
        answer = mails_to(letters, IVAN)[-1]
        assert answer["Subject"] == f"[NN-1] Re: {SUBJECT}"
        assert answer["In-Reply-To"] == "<2@partner.example>"
        assert answer["Reply-To"].startswith("support+nn-1.")
        said = body(answer)
        assert f"NN-1 · {SUBJECT}" in said
        assert "Стадия: ждём вашего ответа, с " in said
        assert "Везём картридж." in said
        assert "Анна" in said
        await there.shop.mail("3", subject="Статус", text="")
        answer = mails_to(letters, IVAN)[-1]
        assert (answer["Subject"], answer["Reply-To"]) == ("Ваши обращения", None)
        assert f"NN-1 · {SUBJECT}" in body(answer)
        await there.shop.mail("4", subject="Статус NN-77", text="")
        answer = mails_to(letters, IVAN)[-1]
        assert "Среди ваших обращений нет обращения NN-77." in body(answer)
        html = answer.get_body(("html",)).get_content()
        assert "NN-77" in html
        assert there.shop.rows("SELECT count(*) FROM ticket") == [(1,)]

    play(places, scene)


def test_a_thread_that_was_lost_goes_on(places: Places) -> None:
    async def scene(there: Chat, _letters: Letters) -> None:
        await there.shop.mail(subject=SUBJECT, cc=OLGA)
        await there.shop.mail("2", sender=OLGA, subject=f"RE: {SUBJECT}", text="И?")
        assert there.shop.rows("SELECT rule FROM arrival ORDER BY id") == [
            ("new",),
            ("same-subject",),
        ]

    play(places, scene, same_subject=timedelta(days=3))


def test_many_lost_threads_of_one_wave_are_one_ticket(places: Places) -> None:
    async def scene(there: Chat, _letters: Letters) -> None:
        shop = there.shop
        people = [f"p{n}@partner.example" for n in range(10)]
        await shop.mail(subject=SUBJECT, cc=", ".join(people))
        for n, sender in enumerate(people):
            raw = f"From: {sender}\nSubject: Re: {SUBJECT}\nMessage-ID: <w{n}@x>\n\n{n}"
            shop.keep(f"w{n}", raw.encode(), sender=sender)
        await shop.settle()
        assert shop.rows("SELECT count(*) FROM ticket") == [(1,)]
        assert shop.rows("SELECT count(*) FROM comment") == [(11,)]

    play(places, scene, same_subject=timedelta(days=3))


def test_hundreds_of_mails_of_a_storm_are_five_tickets_and_few_lines(
    places: Places,
) -> None:
    sender = "zabbix@mon.example"
    rule = StormRule(
        name="mon", sender="@mon.example", window=timedelta(minutes=10), after=5
    )

    async def scene(there: Chat, letters: Letters) -> None:
        shop = there.shop
        for n in range(300):
            of = f"{n % 50}.{sender}"
            raw = (
                f"From: {of}\nSubject: Problem {n}\nMessage-ID: <{n}@mon>\n"
                f"Auto-Submitted: auto-generated\n\nDisk {n}"
            )
            shop.keep(f"s{n}", raw.encode(), sender=of)
        shop.sources, chatting = shop.sources[:1], shop.sources[1:]
        await shop.settle()
        shop.sources += chatting
        assert shop.rows("SELECT count(*) FROM ticket") == [(5,)]
        assert shop.rows("SELECT count(*) FROM comment") == [(300,)]
        assert shop.rows(
            "SELECT rule, count(*) FROM arrival GROUP BY rule ORDER BY rule"
        ) == [
            ("new", 5),
            ("storm", 295),
        ]
        queued = shop.rows("SELECT count(*) FROM delivery WHERE channel = 'telegram'")
        assert queued[0][0] <= 5 * 2 + 1
        shop.clock.ahead += timedelta(hours=1)
        await ring(shop)
        await there.jump(minutes=2)
        notices = shop.rows(
            "SELECT facts FROM delivery WHERE kind = 'notice' ORDER BY id"
        )
        assert [row.facts for row in notices if "storm" in str(row.facts)]
        words = [one for thread in there.topics() for one in there.words(thread=thread)]
        told = [one for one in words if one.startswith("🌪")]
        assert len(told) == 2
        assert "295" in told[1]
        assert not letters.taken

    play(places, scene, storms=(rule,))


async def ring(shop: Workshop) -> None:
    deadlines = Deadlines(store=shop.store, rules=shop.filing.rules, write=flush)
    for batch in await deadlines.claim(9):
        await deadlines.work(batch)


def test_what_a_specialist_forwards_is_answered_to_who_wrote_it(
    places: Places,
) -> None:
    def vouched(arrival: KeptArrival) -> Post | Happening:
        """Read as where the border server vouches for every author."""
        came = read(arrival)
        if isinstance(came, Post):
            return replace(came, letter=replace(came.letter, vouched=True))
        return came

    def hire(tx: Transaction) -> None:
        work = Work(now=tx.now, ids=tx.ids)
        add_specialist(
            tx,
            work,
            name="Борис",
            telegram_id=ANNA + 1,
            site="NN",
            role=Role.LEAD,
            email=ANNAS,
        )
        flush(tx, [work])

    async def scene(there: Chat, letters: Letters) -> None:
        shop = there.shop
        shop.store.write(hire)
        source = shop.sources[0]
        assert isinstance(source, ArrivalSource)
        source.read = vouched
        text = (
            "Коллеги, это к нам.\n\n-------- Пересылаемое сообщение --------\n"
            f"От: Иван <{IVAN}>\nКому: {ANNAS}\nТема: Сканер\n\nСканер молчит.\n"
        )
        await shop.mail("f", sender=ANNAS, subject="Fwd: Сканер", text=text)
        await there.settle()
        [told] = mails_to(letters, IVAN)
        assert told["Subject"] == "[NN-1] Сканер"
        assert "Сканер молчит." in " ".join(there.words())
        assert "Коллеги, это к нам." in " ".join(there.words())
        await there.say("Поменяйте кабель.")
        assert "Поменяйте кабель." in body(mails_to(letters, IVAN)[-1])
        assert "Коллеги" not in body(mails_to(letters, IVAN)[-1])
        assert not mails_to(letters, ANNAS)

    play(places, scene)


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("", timedelta(days=3)),
        ('same_subject = "off"', None),
        ('same_subject = "12h"', timedelta(hours=12)),
    ],
)
def test_the_configuration_says_how_long_a_subject_counts(
    tmp_path: Any, written: str, window: timedelta | None
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        f'[service]\ndata_dir = "{tmp_path}/var"\n[mail]\n{written}\n'
        '[[mail.storms]]\nname = "m"\nsender = "@mon.example"\nwindow = "10m"\n'
        "after = 5\n"
    )
    told = rules_from(load(path))
    assert told.same_subject == window
    assert [one.sender for one in told.storms] == ["@mon.example"]
