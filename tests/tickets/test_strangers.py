"""What becomes of the requests of people nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desks import FORUM, letter, rules
from tests.tickets.play import ANNA, IVAN, PARTNER, Play, written_by
from tests.tickets.test_private import OLGA, Chat
from tickets.gate.triage import CannotBeDecided, Judge, decide
from tickets.gate.waiting import Admission
from tickets.letter import Mailbox, Robot
from tickets.model import ArrivalId, Json
from tickets.post.posted import Post
from tickets.rules import Rules, Strangers
from tickets.verdict import Verdict

EVE = "eve@elsewhere.example"
TO = ("support@example.org",)


def desk(policy: Strangers, **more: Any) -> Play:
    both = {"strangers": policy, "strangers_in_chat": policy}
    return Play(rules=rules(**both, public_domains=frozenset({"mail.ru"}), **more))


def mails(play: Play) -> list[tuple[str, str]]:
    return [(d.kind, d.target) for d in play.work.deliveries if d.medium == "mail"]


@pytest.fixture(params=[Strangers.TRIAGE, Strangers.REFUSE])
def strict(request: pytest.FixtureRequest) -> Play:
    return desk(request.param)


def test_whoever_writes_opens_a_ticket_if_the_operator_accepts_all() -> None:
    assert desk(Strangers.ACCEPT).handle(written_by(EVE)).outcome == "ticket"


def test_a_partners_people_are_no_strangers(strict: Play) -> None:
    assert strict.mail().outcome == "ticket"
    new = written_by("new@partner.example", message_id="<2@x>")
    assert strict.handle(new).outcome == "ticket"


def test_who_is_on_a_ticket_is_no_stranger(strict: Play) -> None:
    strict.mail(cc=(Mailbox(address=EVE),))
    verdict = strict.handle(written_by(EVE, message_id="<2@x>"))
    assert verdict.outcome == "ticket"


def test_a_stranger_who_answers_a_mail_of_a_ticket_is_heard(strict: Play) -> None:
    strict.mail()
    assert strict.reply(EVE).outcome == "comment"


def test_nobody_has_a_partner_by_a_public_domain(strict: Play) -> None:
    strict.records.partners["mail.ru"] = PARTNER
    assert strict.handle(written_by("x@mail.ru")).rule.startswith("stranger-")


def test_what_may_be_forged_of_a_partner_is_shown_to_staff(strict: Play) -> None:
    strict.mail()
    verdict = strict.mail(message_id="<2@x>", vouched=False)
    assert (verdict.outcome, verdict.rule) == (None, "stranger-waits")
    assert question(strict)["forged"]
    assert not mails(strict)


def test_a_strangers_auto_reply_is_still_a_signal(strict: Play) -> None:
    verdict = strict.handle(written_by(EVE, robot=Robot.REPLY, automatic=True))
    assert verdict.rule == "auto-reply"


@pytest.mark.parametrize(
    ("vouched", "return_path", "automatic", "answered"),
    [
        (True, EVE, False, True),
        (True, EVE.upper(), False, True),
        (None, EVE, False, False),
        (False, EVE, False, False),
        (True, "victim@x.example", False, False),
        (True, "", False, False),
        (True, EVE, True, False),
    ],
)
def test_a_refusal_is_told_only_where_it_reaches_who_wrote(
    *, vouched: bool | None, return_path: str, automatic: bool, answered: bool
) -> None:
    play = desk(Strangers.REFUSE)
    made = letter(
        author=Mailbox(address=EVE), vouched=vouched, automatic=automatic, subject="S"
    )
    verdict = play.handle(Post(letter=made, mail_from=return_path, rcpt_tos=TO))
    assert (verdict.outcome, verdict.rule) == ("ignored", "stranger-refused")
    assert mails(play) == ([("not-served", EVE)] if answered else [])
    assert not play.records.events
    assert not play.records.people


def test_a_refusal_is_told_once_a_day() -> None:
    play = desk(Strangers.REFUSE)
    for number in range(3):
        play.handle(written_by(EVE, message_id=f"<{number}@x>", vouched=True))
        assert len(mails(play)) == (number == 0)
    none = desk(Strangers.REFUSE, acknowledgements_a_day=0)
    none.handle(written_by(EVE, vouched=True))
    assert not mails(none)


def question(play: Play) -> Json:
    held = play.work.held
    assert held is not None
    return held.question


def test_a_strangers_mail_waits_and_changes_nothing() -> None:
    play = desk(Strangers.TRIAGE)
    verdict = play.handle(
        written_by("Eve@Elsewhere.Example", subject="Срочно", text="Текст " * 500)
    )
    assert verdict == Verdict(outcome=None, rule="stranger-waits")
    assert not play.work.deliveries
    assert not play.records.events
    asked = question(play)
    assert (asked["address"], asked["subject"]) == (EVE, "Срочно")
    assert len(str(asked["text"])) == 600
    assert (asked["forged"], asked["chat"]) == (False, FORUM)


@pytest.mark.parametrize(
    ("settings", "chat"),
    [({}, FORUM), ({"triage_chat": -7}, -7), ({"telegram": False}, None)],
)
def test_staff_is_asked_in_the_triage_chat_or_in_the_sites_group(
    settings: dict[str, Any], chat: int | None
) -> None:
    play = desk(Strangers.TRIAGE, **settings)
    play.handle(written_by(EVE))
    assert question(play)["chat"] == chat


def arrival_of(play: Play) -> ArrivalId:
    assert play.work.arrival is not None
    return play.work.arrival


def waits(play: Play, **more: Any) -> ArrivalId:
    play.handle(written_by(EVE, **more))
    return arrival_of(play)


@pytest.mark.parametrize("how", list(Admission))
def test_a_specialist_decides_by_a_button(how: Admission) -> None:
    play = desk(Strangers.TRIAGE)
    arrival = waits(play)
    verdict = play.press(how, str(arrival))
    assert (verdict.outcome, verdict.rule) == ("command", f"stranger-{how}")
    assert play.notices() == [how]
    (decision,) = play.work.decisions
    assert (decision.who, decision.how, decision.name) == (EVE, how, ANNA.name)
    assert decision.actor == f"specialist:{ANNA.id}"
    assert play.press(how, str(arrival)).rule == "judged-already"
    assert not play.work.decisions
    verdict = play.handle(written_by(EVE, message_id="<2@x>"))
    assert verdict.rule == ("blocked" if how == "block" else "stranger-waits")


@pytest.mark.parametrize("subject", ["x", "999", "NN-1", "9" * 40])
def test_a_button_that_names_nobody_who_waits_decides_nothing(subject: str) -> None:
    play = desk(Strangers.TRIAGE)
    assert play.press("admit", subject).rule == "judged-already"
    assert not play.work.decisions


def test_who_is_no_specialist_decides_nothing() -> None:
    play = desk(Strangers.TRIAGE)
    arrival = waits(play)
    verdict = play.press("admit", str(arrival), author=999)
    assert verdict.rule == "not-registered"
    assert arrival in play.records.held


def test_whose_address_was_forged_cannot_be_blocked_for_it() -> None:
    play = desk(Strangers.TRIAGE)
    play.mail(vouched=False)
    arrival = arrival_of(play)
    with pytest.raises(CannotBeDecided, match="was forged"):
        decide(
            play.begin(), arrival, how=Admission.BLOCK, judge=Judge(actor="operator")
        )
    play.press("block", str(arrival))
    assert not play.work.decisions
    assert IVAN not in play.records.people


def test_who_was_let_in_is_filed_as_anybody() -> None:
    play = desk(Strangers.TRIAGE)
    came = written_by(EVE)
    verdict = play.handle(
        Post(letter=came.letter, mail_from=EVE, rcpt_tos=came.rcpt_tos, admitted=True)
    )
    assert verdict.outcome == "ticket"
    assert mails(play) == [("accepted", EVE)]
    assert play.handle(written_by(EVE, message_id="<2@x>")).outcome == "ticket"


class TestInTelegram:
    """Strangers who write to the bot."""

    def test_they_are_told_once_that_it_waits(self) -> None:
        play = desk(Strangers.TRIAGE)
        chat = Chat(play)
        assert chat.write("Принтер").rule == "stranger-waits"
        assert chat.told() == ["waits"]
        assert (question(play)["account"], question(play)["text"]) == (
            OLGA.id,
            "Принтер",
        )
        assert chat.write("Ещё").rule == "stranger-waits"
        assert play.marks() == ["queued"]

    def test_who_was_let_in_gets_their_number(self) -> None:
        play = desk(Strangers.TRIAGE)
        chat = Chat(play)
        assert chat.write("Принтер", admitted=True).outcome == "ticket"
        assert chat.told() == ["accepted"]
        assert chat.write("Ещё").outcome == "comment"
        assert chat.write("Другое", command="new").outcome == "ticket"

    def test_who_was_turned_away_is_told_where_to_write(self) -> None:
        play = desk(Strangers.TRIAGE)
        chat = Chat(play)
        chat.write("Принтер")
        play.press("refuse", str(arrival_of(play)))
        assert chat.told() == ["stranger"]

    def test_who_is_blocked_is_told_nothing(self) -> None:
        play = desk(Strangers.TRIAGE)
        chat = Chat(play)
        chat.write("Принтер")
        play.press("block", str(arrival_of(play)))
        assert not chat.told()
        assert chat.write("Ещё").rule == "blocked"


def test_by_default_everybody_is_accepted() -> None:
    made: Rules = rules()
    assert (made.strangers, made.strangers_in_chat) == (
        Strangers.ACCEPT,
        Strangers.ACCEPT,
    )
