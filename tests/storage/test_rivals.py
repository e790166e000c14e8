"""Several workers meet on PostgreSQL: what each saw is not what the other left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage import lanes
from storage.books import SqlBooks
from storage.errors import StorageError
from storage.flush import flush
from storage.lanes import Filling
from storage.store import Store
from storage.transaction import Transaction
from tests.databases import Templates
from tests.desks import FORUM, post, rules
from tests.storage.desk import ANNA_ID, InStore, hire, mail, play, said, show
from tickets.desk import Desk
from tickets.happenings import handle
from tickets.letter import Mailbox
from tickets.model import CommentId, TicketId
from tickets.storms.storm import StormRule
from tickets.talk import Fetched, Pressed, RemoteFile
from tickets.words import Medium
from tickets.work import Work

BORIS_ID = 4343
OLGA_TOO = (Mailbox(address="olga@partner.example"),)
FILE = RemoteFile(remote_id="r", name="a.pdf", media_type="a/pdf", size=9)


@pytest.fixture
def bench(templates: Templates, tmp_path: Path) -> Iterator[InStore]:
    with templates.postgres(tmp_path) as places:
        store = Store(
            places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None
        )
        yield InStore(store=store)
        store.close()


def at_once(bench: InStore, *acts: Callable[[Desk], object]) -> None:
    """Let each act in turn hold its rows until the next one waits for them."""
    arrivals = [bench.arrive() for _ in acts]
    turns = [threading.Event() for _ in acts]
    futures: list[Future[None]] = []
    for place, act in enumerate(acts):

        def job(tx: Transaction, act: Any = act, place: int = place) -> None:
            work = Work(now=tx.now, ids=tx.ids, arrival=arrivals[place])
            act(Desk(work=work, books=SqlBooks(tx), rules=rules()))
            turns[place].set()
            if place == 0:
                wait_for_a_waiter(bench.store)
            flush(tx, [work])

        futures.append(bench.store.submit(job))
        if place == 0:
            assert turns[0].wait(5)
    for future in futures:
        future.result(10)


def wait_for_a_waiter(store: Store) -> None:
    """Return once another transaction waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    end = time.monotonic() + 5
    while not store.read(lambda tx: tx.run(waiting).scalar()):
        assert time.monotonic() < end
        time.sleep(0.005)


def press(who: int) -> Callable[[Desk], object]:
    pressed = Pressed(
        callback_id="1", chat=FORUM, author=who, action="take", subject="NN-1"
    )
    return lambda desk: handle(desk, pressed)


def rows(bench: InStore, query: str) -> list[Any]:
    return bench.store.read(lambda tx: tx.run(text(query)).all())


def test_the_second_of_two_takes_knows_of_the_first(bench: InStore) -> None:
    anna, boris = hire(bench), hire(bench, BORIS_ID)
    mail(bench)
    at_once(bench, press(ANNA_ID), press(BORIS_ID))
    assigned = rows(
        bench, "SELECT data FROM event WHERE type = 'assigned' ORDER BY seq"
    )
    assert [row.data for row in assigned] == [
        {"from": None, "to": anna.id},
        {"from": anna.id, "to": boris.id},
    ]


def test_two_files_fetched_at_once_let_the_answer_go_once(bench: InStore) -> None:
    comment_id = answered(bench, files=(FILE, FILE))
    comment = bench.look(lambda books: books.comment(comment_id))
    assert comment is not None
    first, second = (
        Fetched(attachment=file.id, content=b"%PDF") for file in comment.attachments
    )
    at_once(bench, lambda desk: handle(desk, first), lambda desk: handle(desk, second))
    mails = rows(bench, "SELECT target FROM delivery WHERE kind = 'answer'")
    assert len(mails) == 2


def answered(bench: InStore, **more: Any) -> CommentId:
    hire(bench)
    ticket = mail(bench, cc=(Mailbox(address="olga@partner.example"),)).ticket_id
    show(bench, ticket or TicketId(0))
    return CommentId(int(play(bench, said("Вот.", **more)).outcome_id or 0))


def test_two_workers_never_lease_the_same_lane(bench: InStore) -> None:
    for n in range(30):
        mail(bench, message_id=f"<{n}@x>", subject=f"Тема {n}")

    def claim(tx: Transaction) -> list[str]:
        leases = lanes.claim(
            tx, Medium.TELEGRAM, owner="w", limit=5, lease=timedelta(minutes=1)
        )
        time.sleep(0.02)  # for the others to look while these rows are locked
        return [one.lane for one in leases]

    futures = [bench.store.submit(claim) for _ in range(8)]
    leased = [lane for future in futures for lane in future.result(10)]
    assert len(leased) == len(set(leased)) == 30


def test_a_deadlock_and_a_lost_race_are_run_again(bench: InStore) -> None:
    for n in range(2):
        mail(bench, message_id=f"<{n}@x>", subject=f"Тема {n}")
    met = threading.Barrier(2)
    runs: list[str] = []

    def lock(*numbers: str) -> Callable[[Transaction], None]:
        def job(tx: Transaction) -> None:
            runs.append(numbers[0])
            SqlBooks(tx).ticket_by_number(numbers[0])
            if runs.count(numbers[0]) == 1:
                met.wait(5)
            SqlBooks(tx).ticket_by_number(numbers[1])

        return job

    futures = [
        bench.store.submit(lock(*one)) for one in (("NN-1", "NN-2"), ("NN-2", "NN-1"))
    ]
    for future in futures:
        future.result(10)
    assert len(runs) > 2


def test_who_refers_to_a_ticket_need_not_wait_for_who_works_on_it(
    bench: InStore,
) -> None:
    mail(bench)
    has_lane, has_ticket = threading.Event(), threading.Event()
    runs: list[str] = []

    def fill(tx: Transaction) -> None:
        filling = Filling(lane="chat/1", kind="chat", priority=1, next_at=tx.now)
        lanes.fill(tx, [filling])

    def mark(tx: Transaction) -> None:  # as a relay: foreign keys ask at the commit
        runs.append("mark")
        fill(tx)
        tx.run(
            text(
                "INSERT INTO ticket_link (ticket_id, other_id, kind) "
                "SELECT id, id, 'related' FROM ticket"
            )
        )
        has_lane.set()
        assert has_ticket.wait(5)
        if len(runs) == 2:
            wait_for_a_waiter(bench.store)

    def file(tx: Transaction) -> None:
        runs.append("file")
        assert has_lane.wait(5)
        SqlBooks(tx).ticket_by_number("NN-1")
        has_ticket.set()
        fill(tx)

    futures = [bench.store.submit(job) for job in (mark, file)]
    for future in futures:
        future.result(10)
    assert sorted(runs) == ["file", "mark"]


def test_a_serialization_failure_is_run_again(bench: InStore) -> None:
    mail(bench)
    runs = []

    def job(tx: Transaction) -> str:
        runs.append(1)
        tx.run(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        seen = tx.run(text("SELECT counter FROM site")).scalar()
        if len(runs) == 1:
            number = bench.run(lambda desk: desk.books.next_number("NN"))
            assert number == "NN-2"
        tx.run(text("UPDATE site SET counter = counter + 1"))
        return str(seen)

    assert bench.store.write(job) == "2"
    assert len(runs) == 2


def test_one_new_address_in_two_mails_is_one_contact(bench: InStore) -> None:
    started = threading.Barrier(4)

    def act(n: int) -> Callable[[], None]:
        def go() -> None:
            started.wait(5)
            mail(bench, message_id=f"<{n}@x>", subject=f"Тема {n}")

        return go

    threads = [threading.Thread(target=act(n)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert rows(bench, "SELECT count(*) FROM ticket") == [(4,)]
    assert rows(bench, "SELECT count(*) FROM contact") == [(1,)]


def test_ids_are_never_given_twice(templates: Templates, tmp_path: Path) -> None:
    with templates.postgres(tmp_path) as places:
        stores = [
            Store(places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None)
            for _ in range(2)
        ]
        taken = take_ids(stores, 300)
        for store in stores:
            store.close()
    assert len(set(taken)) == len(taken) == 600


def take_ids(stores: list[Store], each: int) -> list[int]:
    taken: list[int] = []

    def take(store: Store) -> None:
        numbers = (store.read(lambda tx: tx.ids.row("ticket")) for _ in range(each))
        taken.extend(numbers)

    threads = [threading.Thread(target=take, args=(store,)) for store in stores]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return taken


def test_a_connection_that_broke_is_told_in_our_words_and_replaced(
    bench: InStore,
) -> None:
    def cut(tx: Transaction) -> None:
        tx.run(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    error = bench.store.submit(cut).exception()
    assert isinstance(error, StorageError)
    assert bench.run(lambda desk: desk.books.next_number("NN")) == "NN-1"


def test_two_mails_about_the_same_at_once_are_one_ticket(bench: InStore) -> None:
    mail(bench, cc=OLGA_TOO, subject="Сканер")
    asking = rules(same_subject=timedelta(days=3))
    cc = (Mailbox(address="ivan@partner.example"),)
    first = post(subject="Не печатает принтер", message_id="<2@x>", cc=OLGA_TOO)
    second = post(
        author=OLGA_TOO[0], subject="RE: Не печатает принтер", message_id="<3@x>", cc=cc
    )

    def act(came: Any) -> Callable[[Desk], object]:
        return lambda desk: handle(
            Desk(work=desk.work, books=desk.books, rules=asking), came
        )

    at_once(bench, act(first), act(second))
    assert rows(bench, "SELECT count(*) FROM ticket") == [(2,)]
    assert rows(bench, "SELECT count(*) FROM comment WHERE ticket_id > 0") == [(3,)]


def test_two_first_mails_of_a_storm_at_once_are_both_counted(bench: InStore) -> None:
    rule = StormRule(
        name="r", sender="@mon.example", window=timedelta(minutes=5), after=1
    )
    asking = rules(storms=(rule,))

    def act(n: int) -> Callable[[Desk], object]:
        came = post(author=Mailbox(address=f"h{n}@mon.example"), message_id=f"<{n}@m>")
        return lambda desk: handle(
            Desk(work=desk.work, books=desk.books, rules=asking), came
        )

    at_once(bench, act(1), act(2))
    assert rows(bench, "SELECT count(*) FROM ticket") == [(1,)]
    assert rows(bench, "SELECT untold FROM storm") == [(1,)]
