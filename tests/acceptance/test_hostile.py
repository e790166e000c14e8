"""All hostile mails at once, and ordinary ones between them: none is lost or late."""

from __future__ import annotations

import json
import smtplib
import time
from concurrent.futures import ThreadPoolExecutor

from app.settings.mail import Smtp
from tests.acceptance import letters
from tests.acceptance.desks import command
from tests.acceptance.houses import House, Site
from tests.acceptance.letters import letter
from tests.acceptance.waiting import eventually
from tests.mail.hostile import KINDS

#: Seconds; what is promised is two, on a machine with nothing else to do.
PROMPT = 20.0
AT_ONCE = 2
LARGEST = Smtp().max_size
TOO_LARGE = 552


def _offer(house: House, site: Site, kind: str) -> int:
    """Hand one over and return what the door said to the whole of it."""
    sender = site.person(f"eve{list(KINDS).index(kind)}")
    try:
        letters.send(
            house.desk.smtp_port,
            KINDS[kind](),
            sender=sender,
            recipients=(site.address,),
        )
    except smtplib.SMTPResponseException as refusal:
        return refusal.smtp_code
    return 250


def _write(house: House, site: Site, subject: str) -> float:
    """Send an ordinary mail; return the seconds until it is a ticket."""
    began = time.monotonic()
    sender = site.person("ivan")
    house.send(letter(sender=sender, to=site.address, Subject=subject))
    house.ticket(subject)
    return time.monotonic() - began


def test_hostile_mails_are_accounted_for_and_hold_up_no_other(own: House) -> None:
    own.desk.start()
    site = own.site()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        offers = [pool.submit(_offer, own, site, kind) for kind in KINDS]
        waits = [
            _write(own, site, f"Ordinary {place}")
            for place, one in enumerate(offers)
            if one.result()
        ]
    codes = dict(zip(KINDS, (one.result() for one in offers), strict=True))
    accepted = [kind for kind, code in codes.items() if code == 250]
    assert max(waits) < PROMPT
    for kind in KINDS.keys() - accepted:
        assert codes[kind] == TOO_LARGE
        assert len(KINDS[kind]()) > LARGEST

    eventually(
        lambda: not own.records.rows("SELECT 1 FROM arrival WHERE state = 'new'"),
        seconds=60,
        what="every mail is worked",
    )
    kept = own.records.rows(
        "SELECT lane, state, outcome, rule, error FROM arrival WHERE lane LIKE :lane",
        lane="arrival/mail/eve%",
    )
    assert len(kept) == len(accepted)
    assert not [one for one in kept if one["error"] or not one["rule"]]
    assert {one["state"] for one in kept} == {"done"}
    own.desk.stop()
    assert json.loads(command(own.desk.config, "audit", "--json"))["difference"] == 0
