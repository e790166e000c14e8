"""Events leave for the bus in order, and a refusal blocks one stream alone."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

from starlette.responses import Response
from structlog.testing import capture_logs

from app.links import SignedLinks
from app.mirroring import Mirroring
from app.publishing import Publishing
from app.telling import Telling
from bus.feeds import Feed
from bus.file import JsonLines
from bus.schemas import Schemas
from bus.targets import Out, Publisher, out_of
from storage import handles
from storage.store import Places
from tests.app.workshop import Workshop, run
from tests.brokers import RabbitMq
from tests.bus.events import steps
from tests.bus.rabbit import settle
from tests.bus.receiving import Said, Strict, posting_to, receiving
from tickets.sending import Answer, Later, Never, Sent, Uncertain

TARGET = "corporate"
REFUSED = "/zayavka/tickets/NN-1"


class Fussy:
    """A bus that answers for some streams as it was told."""

    def __init__(self, **answers: list[Answer]) -> None:
        self.answers = answers
        self.taken: list[tuple[str, int]] = []
        self.broken = 0

    async def publish(self, batch: Sequence[Out]) -> list[Answer]:
        if self.broken:
            self.broken -= 1
            raise OSError("the cable")
        return [self._one(out) for out in batch]

    def _one(self, out: Out) -> Answer:
        name = out.key.rpartition("/")[2].replace("-", "").replace(":", "")
        waiting = self.answers.get(name)
        answer = waiting.pop(0) if waiting else Sent("ok")
        if isinstance(answer, Sent | Uncertain):
            self.taken.append((out.key, out.seq))
        return answer

    async def close(self) -> None:
        return


def add_bus(shop: Workshop, publisher: Publisher) -> None:
    links = SignedLinks(base_url="https://desk.example.org", keys=(b"k" * 32,))
    telling = Telling(schemas=Schemas(), links=links)
    publishing = Publishing(feeds=(Feed(name=TARGET),), telling=telling)
    shop.write_with(publishing.commit)
    shop.sources.append(
        Mirroring(store=shop.store, target=TARGET, publisher=publisher, owner="test")
    )


def streams(taken: list[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, seq in taken:
        found.setdefault(key, []).append(seq)
    return found


def test_every_stream_leaves_in_order_without_a_gap(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        fussy = Fussy()
        add_bus(shop, fussy)
        for n in range(3):
            await shop.mail(str(n), subject=f"Тема {n}")
        found = streams(fussy.taken)
        assert len(found) == 4  # three tickets and a contact
        for seqs in found.values():
            assert seqs == list(range(1, len(seqs) + 1))
        assert shop.rows("SELECT key FROM lane WHERE kind = 'bus'") == []

    run(places, scene)


def test_a_refusal_blocks_its_stream_and_no_other(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        fussy = Fussy(NN1=[Sent("ok"), Never("no such field")])
        add_bus(shop, fussy)
        await shop.mail("1")
        await shop.mail("2", subject="Другое")
        await shop.jump(days=30)
        found = streams(fussy.taken)
        (stuck,) = [key for key in found if key.endswith("NN-1")]
        (other,) = [key for key in found if key.endswith("NN-2")]
        assert (found[stuck], found[other]) == ([1], [1, 2, 3])
        parked = "SELECT id, last_error FROM delivery WHERE state = 'parked'"
        (row,) = shop.rows(parked)
        assert row.last_error == "no such field"
        shop.store.write(lambda tx: handles.retry(tx, row.id))
        await shop.settle()
        assert streams(fussy.taken)[stuck] == [1, 2, 3]

    run(places, scene)


def test_what_comes_later_or_in_doubt_is_sent_again_in_its_place(
    places: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        fussy = Fussy(NN1=[Later("busy"), Uncertain("lost"), Sent("ok")])
        add_bus(shop, fussy)
        await shop.mail()
        for _ in range(4):
            await shop.jump(minutes=1)
        (seqs,) = [s for key, s in streams(fussy.taken).items() if "NN-1" in key]
        assert seqs == [1, 1, 2, 3]

    run(places, scene)


def test_all_leave_within_a_minute_when_the_bus_is_back(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        fussy = Fussy()
        fussy.broken = 1000
        add_bus(shop, fussy)
        with capture_logs() as logs:
            for n in range(20):
                await shop.mail(str(n), subject=f"Тема {n}")
                for _ in range(6):
                    await shop.jump(hours=1)
        # One try an hour: the clock stands still between the jumps.
        assert len(logs) == 1000 - fussy.broken <= 20 * 8
        fussy.broken = 0
        await shop.jump(minutes=1)
        assert len(fussy.taken) == 1 + 20 * 3
        for seqs in streams(fussy.taken).values():
            assert seqs == list(range(1, len(seqs) + 1))

    run(places, scene)


def test_trouble_of_our_own_keeps_nothing_for_long(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        fussy = Fussy()
        fussy.broken = 1
        add_bus(shop, fussy)
        with capture_logs() as logs:
            await shop.mail()
        assert [log["event"] for log in logs] == ["sending_failed"]
        assert fussy.taken == []
        await shop.jump(seconds=10)
        assert len(fussy.taken) == 4

    run(places, scene)


def test_a_file_gets_one_line_an_event(places: Places, tmp_path: Path) -> None:
    async def scene(shop: Workshop) -> None:
        path = tmp_path / "bus.jsonl"
        publisher = JsonLines(path)
        add_bus(shop, publisher)
        await shop.mail()
        await publisher.close()
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        ids = [row.id for row in shop.rows("SELECT id FROM event")]
        assert sorted(line["id"] for line in lines) == sorted(ids)

    run(places, scene)


def test_a_broker_holds_what_the_journal_holds(
    places: Places, rabbit: RabbitMq
) -> None:
    async def scene(shop: Workshop) -> None:
        place = await settle(rabbit, binding="zayavka.#")
        publisher = place.publisher()
        add_bus(shop, publisher)
        for n in range(3):
            await shop.mail(str(n), subject=f"Тема {n}")
        await publisher.close()
        messages = await place.read()
        bodies = [json.loads(one.body) for one in messages]
        ids = [row.id for row in shop.rows("SELECT id FROM event")]
        assert sorted(body["id"] for body in bodies) == sorted(ids)
        assert [one.message_id for one in messages] == [body["id"] for body in bodies]
        for seqs in streams(
            [(b["source"], int(b["sequence"])) for b in bodies]
        ).values():
            assert seqs == list(range(1, len(seqs) + 1))

    run(places, scene)


def test_a_receiver_of_moods_holds_what_the_journal_holds(places: Places) -> None:
    moods = itertools.cycle([0, 503, 0, 429, 404])

    def answer(_said: Said) -> Response | None:
        mood = next(moods)
        return Response(status_code=mood) if mood else None

    async def scene(shop: Workshop) -> None:
        strict = Strict(answer=answer)
        async with receiving(strict) as url, posting_to(url) as publisher:
            add_bus(shop, publisher)
            for n in range(3):
                await shop.mail(str(n), subject=f"Тема {n}")
            while shop.rows("SELECT key FROM lane WHERE kind = 'bus'"):
                await shop.jump(minutes=40)
        ids = [row.id for row in shop.rows("SELECT id FROM event")]
        assert sorted(out_of(one).event_id for one in strict.taken) == sorted(ids)
        for seqs in steps(strict.taken).values():
            assert seqs == list(range(1, len(seqs) + 1))

    run(places, scene)
