"""``contact``, ``org`` and ``triage``: who is heard, by the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from storage.flush import flush
from storage.store import Store
from storage.transaction import Transaction
from tests.app.conftest import Run
from tests.storage.desk import InStore, know
from tickets.gate.waiting import Held
from tickets.work import Work

EVE = "eve@elsewhere.example"


def told(run: Run, *words: str) -> Any:
    ended = run(*words, "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def refused(run: Run, *words: str) -> str:
    ended = run(*words)
    assert (ended.code, ended.out) == (1, "")
    return ended.err


def test_who_is_blocked_is_listed_until_they_are_heard_again(
    run: Run, store: Store
) -> None:
    know(InStore(store=store), "partner.example")
    for who in (EVE, "@spam.example", "telegram:7"):
        done = {"who": who, "blocked": True, "changed": True}
        assert told(run, "contact", "block", who) == done
        assert not told(run, "contact", "block", who)["changed"]
    told(run, "org", "block", "ооо «ромашка»")
    listed = told(run, "contact", "blocked")
    assert [(one["kind"], one["who"]) for one in listed] == [
        ("organisation", "ООО «Ромашка»"),
        ("contact", EVE),
        ("contact", "telegram:7"),
        ("domain", "@spam.example"),
    ]
    assert listed[-1]["actor"] == "operator"
    assert EVE in run("contact", "blocked").out
    told(run, "org", "unblock", str(listed[0]["id"]))
    for who in (EVE, "@spam.example", "telegram:7"):
        assert told(run, "contact", "unblock", who)["changed"]
    assert told(run, "contact", "blocked") == []


def test_what_cannot_be_blocked_says_why(run: Run, store: Store) -> None:
    know(InStore(store=store), "partner.example")
    know(InStore(store=store), "other.example")
    assert "no address" in refused(run, "contact", "block", "eve")
    assert "block the partner" in refused(run, "contact", "block", "@partner.example")
    assert "give the id" in refused(run, "org", "block", "ООО «Ромашка»")
    assert "there is no partner 'X'" in refused(run, "org", "block", "X")


@pytest.fixture
def held(run: Run, store: Store) -> Store:
    """Let a stranger wait, as a desk without a chat holds them."""
    del run
    question: dict[str, object] = {
        "name": "Eve",
        "address": EVE,
        "subject": "Срочно",
        "text": "Помогите",
        "forged": False,
        "chat": None,
    }
    bench = InStore(store=store)
    arrivals = [bench.arrive() for _ in range(2)]

    def job(tx: Transaction) -> None:
        for one in arrivals:
            work = Work(now=tx.now, ids=tx.ids, arrival=one)
            work.held = Held(who=EVE, question=question)
            flush(tx, [work])

    store.write(job)
    return store


@pytest.mark.usefixtures("held")
class TestHeld:
    """A stranger with two mails, where staff has no chat."""

    def test_they_are_listed_once(self, run: Run) -> None:
        (one,) = told(run, "triage", "list")
        assert (one["id"], one["who"], one["messages"]) == (1, EVE, 2)
        assert (one["subject"], one["text"], one["asked"]) == (
            "Срочно",
            "Помогите",
            False,
        )
        assert "Срочно" in run("triage", "list").out

    @pytest.mark.parametrize(
        ("word", "decision", "state", "rule"),
        [
            ("accept", "admit", "new", None),
            ("refuse", "refuse", "done", "refused-by-operator"),
            ("block", "block", "done", "blocked-by-operator"),
        ],
    )
    def test_all_of_theirs_is_decided_at_once(  # a row of the table
        self, run: Run, *, word: str, decision: str, state: str, rule: str | None
    ) -> None:
        done = told(run, "triage", word, "2")
        assert done == {"id": 2, "who": EVE, "decision": decision}
        arrivals = told(run, "arrival", "list")
        assert {(one["state"], one["rule"]) for one in arrivals} == {(state, rule)}
        assert told(run, "triage", "list") == []
        assert bool(told(run, "contact", "blocked")) == (word == "block")
        assert told(run, "audit")["difference"] == 0
        assert "does not wait" in refused(run, "triage", word, "2")
