"""Where a mailbox was read to, beside its door's own count."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from storage import doors, mailboxes
from storage.audit import audit
from storage.store import Store
from tests.desks import new_arrival


def settle(store: Store, uid: int) -> None:
    store.write(lambda tx: mailboxes.settle(tx, "box", {"uid": uid}))


def position(store: Store) -> object:
    return store.read(lambda tx: mailboxes.position(tx, "box"))


def keep(store: Store, *uids: int) -> None:
    came = [
        replace(
            new_arrival(f"box 1 {uid}"),
            channel="imap",
            door=mailboxes.door_of("box"),
            cursor={"uid": uid},
        )
        for uid in uids
    ]
    store.write(partial(doors.keep, incoming=came))


def test_the_position_moves_with_the_mails_and_alone(store: Store) -> None:
    assert position(store) is None
    settle(store, 3)
    assert position(store) == {"taken": 0, "uid": 3}
    keep(store, 4, 5)
    assert position(store) == {"taken": 2, "uid": 5}
    settle(store, 9)
    assert position(store) == {"taken": 2, "uid": 9}


def test_the_audit_holds_what_was_taken_against_what_is_here(store: Store) -> None:
    keep(store, 1, 2)
    keep(store, 2)
    assert store.read(audit).difference == 0
    store.write(lambda tx: mailboxes.settle(tx, "box", {"taken": 4}))
    account = store.read(audit)
    assert account.difference == 1
    assert [one.row for one in account.findings] == ["door imap"]
