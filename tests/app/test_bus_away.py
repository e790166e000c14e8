"""A bus may be away for as long as it likes: nothing waits for it, nothing is lost."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

from app.digests import StoredRuns
from app.mirroring import Mirroring
from mail.sending.relay import relay_from
from scheduler.digests import Digesting, plan
from storage.store import Places
from tests.app.mirrors import feed_all
from tests.app.workshop import Chat, Workshop, add_mailing, chat, mails_in, run
from tests.brokers import RabbitMq
from tests.bus.rabbit import Place, settle
from tests.databases import age
from tickets.digests import Format, Report

TARGET = "corporate"
DAYS = 9
DAILY = Report(
    name="daily",
    schedule="0 9 * * *",
    timezone="Europe/Moscow",
    recipients=("boss@example.org",),
    format=Format.TEXT,
)


def add_bus(shop: Workshop, place: Place) -> Mirroring:
    feed_all(shop, TARGET)
    source = Mirroring(
        store=shop.store, target=TARGET, publisher=place.publisher(), owner="test"
    )
    shop.sources.append(source)
    return source


async def live(shop: Workshop, forum: Chat, day: int) -> None:
    """Let a day pass on which a partner writes and is answered."""
    await shop.mail(f"{day}", subject=f"День {day}")
    await forum.settle()
    await forum.say(f"Ответ {day}")
    for _ in range(2):
        await forum.jump(hours=12)


def key_of(stream: str) -> str:
    return stream.removeprefix("ticket:").replace(":", "-")


def test_the_desk_goes_on_without_its_bus_and_tells_it_all_later(
    places: Places, tmp_path: Path, rabbit: RabbitMq
) -> None:
    async def scene(shop: Workshop) -> None:
        age(places)
        place = await settle(rabbit)
        rabbit.stop()
        source = add_bus(shop, place)
        add_mailing(shop, relay_from(f"maildir:{tmp_path}/sent"))
        runs = StoredRuns(store=shop.store, reports=(DAILY.name,))
        shop.sources.append(
            Digesting(plans=plan([DAILY]), runs=runs, now=shop.clock.now)
        )
        async with chat(shop) as forum:
            for day in range(DAYS):
                await live(shop, forum, day)
            told = [raw.decode(errors="replace") for raw in mails_in(tmp_path / "sent")]
            answers = [one for one in told if "References: " in one]
            digests = [one for one in told if "To: boss@example.org" in one]
            assert len(answers) >= DAYS
            assert len(digests) >= DAYS
            waiting = shop.rows(
                "SELECT state, attempts FROM delivery WHERE channel = 'bus'"
            )
            assert {row.state for row in waiting} == {"new"}
            assert sum(row.attempts for row in waiting) > DAYS
            await asyncio.to_thread(rabbit.start)
            await forum.jump(hours=1)
        await source.publisher.close()
        seen = {
            key: [seq for seq, _ in groupby(seqs)]
            for key, seqs in (await place.by_key()).items()
        }
        written = shop.rows(
            "SELECT stream, max(seq) AS last FROM event "
            "WHERE stream NOT LIKE 'specialist:%' GROUP BY stream"
        )
        assert seen == {
            key_of(row.stream): list(range(1, row.last + 1)) for row in written
        }

    run(places, scene)
