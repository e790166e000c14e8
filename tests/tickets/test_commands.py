from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.tickets.play import ANNA, BORIS, IVAN, Play
from tickets.corporate.commands import (
    AddComment,
    AssignTicket,
    Command,
    CreateTicket,
    NotACommand,
    Order,
    Origin,
    OwnEvent,
    SetStage,
    UpsertContact,
    UpsertPartner,
    UpsertSpecialist,
    Who,
)
from tickets.model import Event, KnownContact, System
from tickets.registry import NotRegistered
from tickets.verdict import Verdict
from tickets.words import Outcome, Role, Visibility

ERP = "/erp/moscow"
_ids = itertools.count(1)


@pytest.fixture
def play() -> Play:
    """Return a desk at which Ivan has opened NN-1."""
    play = Play()
    play.mail()
    return play


def origin(source: str = ERP) -> Origin:
    name = f"command-{next(_ids)}"
    return Origin(target="erp", source=source, id=name, type="x", subject="s")


def do(play: Play, order: Order, *, source: str = ERP) -> Verdict:
    return play.handle(Command(origin=origin(source), order=order))


def reason(play: Play) -> str:
    """Return why the last command was refused; it must have changed nothing."""
    work = play.work
    [refusal] = work.refusals
    assert work.events == []
    assert work.deliveries == []
    assert (work.people, work.organisations, work.staff, work.told) == ([], [], [], [])
    return refusal.reason


def changed(play: Play, kind: str) -> list[Event]:
    return [one for one in play.work.events if one.stream.startswith(f"{kind}:")]


def note(text: str = "Отгружено", author: Who | None = None) -> AddComment:
    return AddComment(
        ticket="NN-1", text=text, visibility=Visibility.INTERNAL, author=author
    )


def answer(author: Who | None = None) -> AddComment:
    return AddComment(
        ticket="NN-1", text="Готово", visibility=Visibility.PUBLIC, author=author
    )


def partner(version: int = 1, **more: Any) -> UpsertPartner:
    settings: dict[str, Any] = {
        "id": "P",
        "name": "Лютик",
        "domains": ("lutik.example",),
    }
    return UpsertPartner(version=version, **{**settings, **more})


def contact(version: int = 1, **more: Any) -> UpsertContact:
    settings: dict[str, Any] = {
        "id": "C",
        "name": "Ольга",
        "emails": ("o@lutik.example",),
    }
    return UpsertContact(version=version, **{**settings, **more})


def specialist(version: int = 1, **more: Any) -> UpsertSpecialist:
    settings: dict[str, Any] = {
        "id": "E", "name": "Вера", "telegram_id": 777, "site": "NN", "role": Role.LEAD
    }  # fmt: skip
    return UpsertSpecialist(version=version, **{**settings, **more})


class TestTickets:
    def test_a_stage_is_set_and_the_partner_told(self, play: Play) -> None:
        verdict = do(play, SetStage(ticket="NN-1", stage="resolved"))
        assert (verdict.outcome, verdict.rule) == (Outcome.COMMAND, "stage-set")
        assert verdict.ticket_id == play.ticket.id
        assert play.ticket.stage == "resolved"
        assert [one.target for one in play.queued("resolved")] == [IVAN]

    def test_its_events_name_the_command_and_the_system(self, play: Play) -> None:
        command = Command(
            origin=origin(), order=SetStage(ticket="NN-1", stage="closed")
        )
        play.handle(command)
        [event] = play.work.events
        assert (event.cause, event.actor) == (command.origin.id, "bus:erp")
        assert event.causation == play.work.arrival

    def test_a_stage_that_is_reached_already_stays(self, play: Play) -> None:
        verdict = do(play, SetStage(ticket="NN-1", stage="new"))
        assert (verdict.outcome, verdict.rule) == (Outcome.COMMAND, "stage-already")
        assert play.work.events == []

    def test_a_note_of_the_system_is_shown_to_staff_alone(self, play: Play) -> None:
        verdict = do(play, note())
        assert verdict.outcome is Outcome.COMMENT
        assert verdict.outcome_id == str(play.comment.id)
        assert play.comment.author == System(name="erp")
        assert [one.kind for one in play.work.deliveries] == ["comment"]

    def test_a_public_word_of_the_system_is_mailed_and_moves_nothing(
        self, play: Play
    ) -> None:
        do(play, answer())
        assert [one.target for one in play.queued("answer")] == [IVAN]
        assert (play.ticket.stage, play.ticket.first_answer_at) == ("new", None)
        assert play.types() == ["comment-added"]

    @pytest.mark.parametrize(
        "who", [Who(id=ANNA.id), Who(telegram_id=ANNA.telegram_id)], ids=["id", "chat"]
    )
    def test_a_specialists_answer_is_as_if_they_wrote_it_in_the_topic(
        self, play: Play, who: Who
    ) -> None:
        do(play, answer(who))
        assert play.comment.author == ANNA
        assert play.ticket.assignee == ANNA
        assert (play.ticket.stage, play.ticket.first_answer_at) == ("waiting", play.now)
        assert play.types() == [
            "comment-added", "assigned", "stage-changed", "stage-changed",
        ]  # fmt: skip

    def test_a_specialist_is_known_by_what_the_system_calls_them(
        self, play: Play
    ) -> None:
        do(play, specialist())
        do(play, AssignTicket(ticket="NN-1", specialist=Who(external_id="E")))
        assert play.ticket.assignee is not None
        assert play.ticket.assignee.name == "Вера"

    def test_who_works_here_no_more_gets_no_ticket(self, play: Play) -> None:
        do(play, specialist())
        do(play, specialist(2, active=False))
        do(play, AssignTicket(ticket="NN-1", specialist=Who(external_id="E")))
        assert reason(play) == "unknown-specialist"

    def test_a_ticket_is_given(self, play: Play) -> None:
        verdict = do(play, AssignTicket(ticket="NN-1", specialist=Who(id=BORIS.id)))
        assert verdict.rule == "assigned"
        assert (play.ticket.assignee, play.ticket.stage) == (BORIS, "assigned")
        assert play.notices() == ["assigned"]

    def test_a_ticket_is_opened_for_a_person_who_gets_the_number(
        self, play: Play
    ) -> None:
        order = CreateTicket(
            email="Olga@Partner.example", name="Ольга", subject="Тема", text="Слова"
        )
        verdict = do(play, order)
        ticket = play.ticket
        assert (verdict.outcome, verdict.outcome_id) == (Outcome.TICKET, str(ticket.id))
        assert (ticket.number, ticket.requester.name) == ("NN-2", "Ольга")
        assert ticket.organisation is not None  # by the domain of the address
        assert [one.target for one in play.queued("accepted")] == [
            "olga@partner.example"
        ]
        assert play.comment.text == "Слова"
        assert all(event.cause for event in play.work.events)

    @pytest.mark.parametrize(
        ("order", "why"),
        [
            (SetStage(ticket="NN-9", stage="closed"), "unknown-ticket"),
            (SetStage(ticket="NN-1", stage="lost"), "unknown-stage"),
            (SetStage(ticket="NN-1", stage="assigned"), "stage-forbidden"),
            (note(author=Who(id=99)), "unknown-specialist"),
            (note(author=Who(telegram_id=99)), "unknown-specialist"),
            (note(author=Who(external_id="X")), "unknown-specialist"),
            (
                CreateTicket(email=IVAN, subject="s", text="t", site="XX"),
                "unknown-site",
            ),
            (
                CreateTicket(email="support@example.org", subject="s", text="t"),
                "own-address",
            ),
        ],
    )
    def test_what_cannot_be_done_changes_nothing_and_says_why(
        self, play: Play, order: Order, why: str
    ) -> None:
        play.press("resolve")
        verdict = do(play, order)
        assert (verdict.outcome, verdict.rule) == (Outcome.IGNORED, f"refused: {why}")
        assert reason(play) == why


class TestPartners:
    def test_a_partner_is_made_and_then_changed(self, play: Play) -> None:
        assert do(play, partner()).rule == "taken-over"
        made = play.records.partners["lutik.example"]
        do(play, partner(2, name="Лютик-2", domains=("new.example",), site="NN"))
        now = play.records.partners["new.example"]
        assert (now.id, now.name, now.site) == (made.id, "Лютик-2", "NN")
        assert "lutik.example" not in play.records.partners
        [event] = changed(play, "organisation")
        assert (event.seq, event.content["domains"]) == (2, ["new.example"])

    @pytest.mark.parametrize("version", [4, 5])
    @pytest.mark.parametrize("make", [partner, contact, specialist])
    def test_an_older_version_is_ignored(
        self, play: Play, make: Any, version: int
    ) -> None:
        do(play, make(5))
        verdict = do(play, make(version, name="Старое"))
        assert (verdict.outcome, verdict.rule) == (Outcome.IGNORED, "older-version")
        assert play.work.events == []
        assert play.work.refusals == []

    @pytest.mark.parametrize("make", [partner, contact, specialist])
    def test_each_source_counts_its_own_versions(self, play: Play, make: Any) -> None:
        do(play, make(5))
        verdict = do(play, make(1, name="Из другой"), source="/crm")
        assert verdict.rule == "taken-over"
        [event] = play.work.events
        assert (event.seq, event.content["name"]) == (2, "Из другой")

    def test_one_that_is_known_by_a_domain_is_the_same(self, play: Play) -> None:
        do(play, partner(domains=("partner.example",)))
        assert play.records.partners["partner.example"].id == 12
        assert play.ticket.organisation is not None
        assert changed(play, "organisation")[0].seq == 2

    def test_who_wrote_from_its_domains_before_belongs_to_it(self, play: Play) -> None:
        play.reply("eva@lutik.example", in_reply_to=())
        do(play, partner())
        [joined] = changed(play, "contact")
        assert joined.data["organisation"] == play.records.partners["lutik.example"].id
        assert joined.actor == "bus:erp"

    def test_a_partner_with_too_many_strangers_is_refused_before_it_is_made(
        self, play: Play, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def too_many(*_: object) -> list[KnownContact]:
            raise NotRegistered("more than 10000 people wrote from lutik.example")

        monkeypatch.setattr(type(play.records), "strangers", too_many)
        do(play, partner())
        assert reason(play) == "not-registerable"
        assert play.work.new_organisations == []

    @pytest.mark.parametrize(
        ("more", "why"),
        [
            ({"domains": ("mail.example", "no domain")}, "not-registerable"),
            ({"site": "XX"}, "unknown-site"),
        ],
    )
    def test_a_partner_that_cannot_be(
        self, play: Play, more: dict[str, Any], why: str
    ) -> None:
        do(play, partner(**more))
        assert reason(play) == why

    def test_a_domain_has_one_owner(self, play: Play) -> None:
        do(play, partner())
        do(play, partner(id="Q", name="Другой"))
        assert reason(play) == "domain-taken"


class TestPeople:
    def test_a_contact_is_made_with_their_partner_and_then_changed(
        self, play: Play
    ) -> None:
        do(play, partner())
        do(play, contact(partner="P", emails=("O@lutik.example", "o2@lutik.example")))
        made = play.records.people["o@lutik.example"]
        assert made.organisation == play.records.partners["lutik.example"]
        assert play.records.people["o2@lutik.example"].id == made.id
        do(play, contact(2, name="Ольга Петрова", emails=("new@lutik.example",)))
        now = play.records.people["new@lutik.example"]
        assert (now.id, now.name, now.organisation) == (made.id, "Ольга Петрова", None)
        assert "o@lutik.example" not in play.records.people
        [event] = changed(play, "contact")
        assert (event.seq, event.content["emails"]) == (2, ["new@lutik.example"])

    def test_who_wrote_before_is_the_same_person(self, play: Play) -> None:
        known = play.records.people[IVAN]
        do(play, contact(emails=(IVAN,), name="Иван Ильич"))
        assert play.records.people[IVAN].id == known.id
        assert [
            one.contact.name for one in play.records.participants(play.ticket.id)
        ] == ["Иван Ильич"]

    def test_what_cannot_be_taken_over(self, play: Play) -> None:
        do(play, contact(partner="nobody"))
        assert reason(play) == "unknown-partner"
        do(play, contact())
        do(play, contact(id="D"))
        assert reason(play) == "address-taken"
        do(play, contact(2, emails=("o@lutik.example", IVAN)))
        assert reason(play) == "address-taken"
        do(play, contact(id="S", emails=("support@example.org",)))
        assert reason(play) == "own-address"

    def test_a_specialist_is_hired_moved_and_let_go(self, play: Play) -> None:
        do(play, specialist())
        assert play.records.staff[777].role is Role.LEAD
        do(play, specialist(2, telegram_id=778, name="Вера О."))
        assert play.records.staff[778].name == "Вера О."
        assert 777 not in play.records.staff
        do(play, specialist(3, telegram_id=778, active=False))
        assert 778 not in play.records.staff
        [event] = changed(play, "specialist")
        assert (event.seq, event.data["active"]) == (3, False)

    def test_a_specialist_whom_the_operator_registered_is_the_same(
        self, play: Play
    ) -> None:
        do(play, specialist(telegram_id=ANNA.telegram_id))
        assert play.records.staff[ANNA.telegram_id].id == ANNA.id
        assert changed(play, "specialist")[0].seq == 2

    def test_staff_that_cannot_be(self, play: Play) -> None:
        do(play, specialist(site="XX"))
        assert reason(play) == "unknown-site"
        do(play, specialist(active=False))
        assert reason(play) == "not-active"
        do(play, specialist())
        do(play, specialist(2, telegram_id=ANNA.telegram_id))
        assert reason(play) == "account-taken"
        do(play, specialist(id="F"))
        assert reason(play) == "account-taken"


def test_an_own_event_that_comes_back_is_ignored(play: Play) -> None:
    verdict = play.handle(OwnEvent(origin=origin("/zayavka/tickets/NN-1")))
    assert (verdict.outcome, verdict.rule) == (Outcome.IGNORED, "own-event")
    assert play.work.events == []


def test_what_is_no_command_is_set_aside_with_its_reason(play: Play) -> None:
    verdict = play.handle(NotACommand(target="erp", reason="this is not JSON"))
    assert verdict.outcome is Outcome.PARKED
    assert verdict.rule == "no-command: this is not JSON"
