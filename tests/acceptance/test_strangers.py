"""A desk for partners alone: strangers are let in, turned away and blocked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from storage.audit import audit
from tests.acceptance.desks import command
from tests.acceptance.houses import ANNA, PAVEL, House
from tests.acceptance.letters import letter
from tests.acceptance.telegram import Json
from tests.acceptance.waiting import eventually

EVE, ADAM, SAM = "eve@one.example", "adam@two.example", "sam@three.example"


@pytest.fixture
def strict(own: House) -> Iterator[House]:
    """A desk at work where strangers wait."""
    config = own.desk.config
    written = config.read_text()
    for table, keys in (
        ("mail", 'strangers = "triage"\nauthserv_ids = ["mx.example.org"]'),
        ("telegram", 'strangers = "triage"'),
    ):
        written = re.sub(rf"\[{table}\]\n", f"[{table}]\n{keys}\n", written, count=1)
    config.write_text(written)
    own.desk.start()
    yield own
    own.quiet()
    assert own.records.look(audit).difference == 0


def tell(house: House, *words: str) -> Any:
    return json.loads(command(house.desk.config, *words, "--json"))


def send(house: House, sender: str, **fields: str) -> None:
    house.send(letter(sender=sender, to=house.sites[0].address, **fields))


def question(house: House, text: str) -> Json:
    """Return the question that holds a text, once it stands in General."""

    def found() -> Json | None:
        here = house.telegram.see(f"chats/{house.sites[0].chat}/messages")
        asked = [one for one in here if one["reply_markup"] and text in one["text"]]
        return asked[-1] if asked else None

    return eventually(found, what=f"a question about {text!r}") or {}


def rules_of(house: House, sender: str) -> list[str]:
    """Return the rules that decided about a sender's mails, once none waits."""
    house.quiet()
    lane = f"arrival/mail/{sender}"
    query = "SELECT rule FROM arrival WHERE lane = :lane ORDER BY id"
    return [str(one) for one in house.records.column(query, lane=lane)]


def test_staff_decides_about_strangers_and_no_kill_forgets_them(strict: House) -> None:
    send(strict, EVE, Subject="Printer", text="It does not print.")
    asked = question(strict, EVE)
    assert "It does not print." in asked["text"]
    send(strict, EVE, Subject="Scanner")
    strict.quiet()
    strict.desk.kill()
    strict.desk.start()
    (waiting,) = tell(strict, "triage", "list")
    assert (waiting["who"], waiting["messages"], waiting["asked"]) == (EVE, 2, True)
    said = strict.telegram.press(asked, ANNA, "admit:")
    assert said == "Accepted: it becomes a ticket in a moment."
    for subject in ("Printer", "Scanner"):
        strict.mail(EVE, strict.ticket(subject))
    send(strict, EVE, Subject="Copier")
    assert strict.ticket("Copier")
    strict.telegram.do(f"users/{PAVEL}/start")
    strict.telegram.do(f"chats/{PAVEL}/messages", user_id=PAVEL, text="Help")
    strict.telegram.told(PAVEL, "We do not know you yet")
    asked = question(strict, "Павел")
    strict.telegram.press(asked, ANNA, "admit:")
    assert strict.telegram.told(PAVEL, "Your request is registered")


def test_who_is_turned_away_or_blocked_hears_nothing(strict: House) -> None:
    send(strict, ADAM)
    question(strict, ADAM)
    (waiting,) = tell(strict, "triage", "list")
    assert readiness(strict)["triage"]["detail"] == "1 waiting"
    done = tell(strict, "triage", "refuse", str(waiting["id"]))
    assert done == {"id": waiting["id"], "who": ADAM, "decision": "refuse"}
    send(strict, SAM)
    strict.telegram.press(question(strict, SAM), ANNA, "block:")
    send(strict, SAM)
    assert rules_of(strict, ADAM) == ["refused-by-operator"]
    assert [rule.partition("-by-")[0] for rule in rules_of(strict, SAM)] == [
        "blocked",
        "blocked",
    ]
    (blocked,) = tell(strict, "contact", "blocked")
    assert (blocked["kind"], blocked["who"]) == ("contact", SAM)
    assert not strict.mailboxes.mails()
    assert readiness(strict)["triage"]["ok"]
    tell(strict, "contact", "unblock", SAM)
    send(strict, SAM)
    assert question(strict, SAM)


def readiness(house: House) -> dict[str, Any]:
    port = re.search(r"\[http\]\s+port = (\d+)", house.desk.config.read_text())
    assert port is not None
    told = httpx.get(f"http://127.0.0.1:{port[1]}/readyz").json()
    parts: dict[str, Any] = told["parts"]
    return parts


def test_a_partners_name_is_believed_unless_the_border_says_otherwise(
    strict: House,
) -> None:
    tell(strict, "org", "add", "--name", "Partner", "--domain", "partner.example")
    ivan = "ivan@partner.example"
    passed = "mx.example.org; dmarc=pass header.from=partner.example"
    send(strict, ivan, Subject="Real", Authentication_Results=passed)
    strict.mail(ivan, strict.ticket("Real"))
    failed = "mx.example.org; dmarc=fail header.from=partner.example"
    send(strict, ivan, Subject="Forged", Authentication_Results=failed)
    asked = question(strict, "Forged")
    assert "the sender's address is forged" in asked["text"]
    buttons = [one["text"] for one in asked["reply_markup"]["inline_keyboard"][0]]
    assert buttons == ["Accept", "Reject"]
    strict.quiet()
    assert len(strict.mailboxes.mails(ivan)) == 1
    tell(strict, "org", "block", "partner")
    send(strict, ivan, Subject="Lost")
    assert rules_of(strict, ivan)[-1] == "blocked"
    tell(strict, "org", "unblock", "Partner")
    send(strict, ivan, Subject="Heard")
    assert strict.ticket("Heard")
