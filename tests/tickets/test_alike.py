"""A mail whose thread is lost goes on with its ticket, and no other mail does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.desks import SUPPORT, rules
from tests.tickets.play import IVAN, Play, written_by
from tickets.letter import Mailbox
from tickets.process import CLOSED, RESOLVED
from tickets.verdict import Verdict
from tickets.words import Outcome, Trust

OLGA, EVE = "olga@partner.example", "eve@elsewhere.example"
SUBJECT = "Не печатает принтер"
WINDOW = timedelta(days=3)


@pytest.fixture
def play() -> Play:
    """Ivan has written, with Olga in Cc."""
    play = Play(rules=rules(same_subject=WINDOW))
    play.mail(cc=(Mailbox(address=OLGA, name="Ольга"),))
    return play


def lost(play: Play, sender: str, **more: Any) -> Verdict:
    """Let somebody write without a thread."""
    given = {"message_id": "<2@x.example>", "subject": f"RE: {SUBJECT}", "text": "И?"}
    return play.handle(written_by(sender, **{**given, **more}))


@pytest.mark.parametrize("sender", [IVAN, OLGA])
def test_who_is_on_the_ticket_goes_on_with_it(play: Play, sender: str) -> None:
    verdict = lost(play, sender)
    assert (verdict.outcome, verdict.rule) == (Outcome.COMMENT, "same-subject")
    assert play.comment.trust is Trust.PLAUSIBLE


def test_a_colleague_goes_on_with_it_if_our_server_vouches_and_they_share_people(
    play: Play,
) -> None:
    cc = (Mailbox(address=IVAN),)
    petr = "petr@partner.example"
    assert lost(play, petr, cc=cc, vouched=True).rule == "same-subject"
    assert (petr, "cc") in play.people


def test_so_does_a_colleague_from_another_domain_of_the_organisation(
    play: Play,
) -> None:
    play.records.partners["romashka.example"] = play.records.partners["partner.example"]
    cc = (Mailbox(address=OLGA),)
    verdict = lost(play, "anna@romashka.example", cc=cc, vouched=True)
    assert verdict.rule == "same-subject"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="shares nobody"),
        pytest.param({"vouched": True}, id="shares nobody, and is who they say"),
        pytest.param({"cc": (Mailbox(address=IVAN),)}, id="nobody vouches"),
        pytest.param(
            {"cc": (Mailbox(address=IVAN),), "vouched": False}, id="From is forged"
        ),
    ],
)
def test_else_a_colleague_opens_a_ticket(play: Play, more: dict[str, Any]) -> None:
    assert lost(play, "petr@partner.example", **more).rule == "new"


def test_somebody_from_elsewhere_opens_a_ticket(play: Play) -> None:
    verdict = lost(play, EVE, cc=(Mailbox(address=IVAN),), vouched=True)
    assert verdict.rule == "new"


def test_a_forged_participant_opens_a_ticket(play: Play) -> None:
    assert lost(play, IVAN, vouched=False).rule == "new"


@pytest.mark.parametrize(
    "subject",
    ["Не печатает принтер 2", "Сломался принтер", "Вопрос", "", "Принтер"],
)
def test_another_subject_opens_a_ticket(play: Play, subject: str) -> None:
    assert lost(play, IVAN, subject=subject).rule == "new"


def test_subjects_that_say_nothing_open_a_ticket_each() -> None:
    play = Play(rules=rules(same_subject=WINDOW))
    for n in range(3):
        verdict = play.mail(subject="Заявка", message_id=f"<{n}@x.example>")
        assert verdict.rule == "new"


def test_a_program_opens_a_ticket(play: Play) -> None:
    assert lost(play, IVAN, automatic=True).rule == "new"


def test_a_closed_ticket_is_over_and_a_resolved_one_opens_again(play: Play) -> None:
    play.press("resolve")
    assert play.ticket.stage == RESOLVED
    assert lost(play, IVAN).rule == "same-subject"
    play.press("close")
    assert play.ticket.stage == CLOSED
    assert lost(play, IVAN, message_id="<3@x.example>").rule == "new"


def test_a_ticket_is_known_so_long_after_its_last_public_word(play: Play) -> None:
    play.now += WINDOW - timedelta(minutes=1)
    assert lost(play, OLGA).rule == "same-subject"
    play.now += WINDOW - timedelta(minutes=1)
    assert lost(play, OLGA, message_id="<3@x.example>").rule == "same-subject"
    play.say("// заметка")
    play.now += WINDOW
    assert lost(play, OLGA, message_id="<4@x.example>").rule == "new"


def test_a_ticket_of_ten_windows_is_another_matter(play: Play) -> None:
    found = []
    for n in range(11):
        play.now += WINDOW - timedelta(hours=1)
        found.append(lost(play, IVAN, message_id=f"<{n}@y.example>").rule)
    assert found == [*["same-subject"] * 10, "new"]


def test_of_two_tickets_it_is_neither(play: Play) -> None:
    play.press("close")
    lost(play, IVAN)
    first, _ = play.records.tickets.values()
    play.reply()  # which opens the first one again
    assert play.records.tickets[first.id].stage != CLOSED
    assert lost(play, IVAN, message_id="<3@x.example>").rule == "new"


def test_the_window_may_be_off() -> None:
    play = Play()
    play.mail()
    assert lost(play, IVAN).rule == "new"


def test_an_id_decides_before_the_subject(play: Play) -> None:
    verdict = lost(play, OLGA, in_reply_to=("<1@partner.example>",))
    assert verdict.rule == "known-message-id"


def test_our_own_address_is_nobody_that_two_mails_share() -> None:
    play = Play(rules=rules(same_subject=WINDOW))
    play.mail(to=(Mailbox(address=SUPPORT),))
    verdict = lost(play, "petr@partner.example", vouched=True)
    assert verdict.rule == "new"
