"""Texts are found by name and language, and say what is missing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from templates.errors import FactsError, UnknownLanguageError, UnknownTextError
from templates.sentences import SENTENCES
from templates.texts import Texts

TEXTS = Texts(
    language="ru", timezone="Europe/Moscow", zones={"CH": "Asia/Yekaterinburg"}
)
CARD: dict[str, object] = {
    "number": "CH-7",
    "subject": "Принтер",
    "organisation": "ООО «Ромашка»",
    "requester": "Иван Петров",
    "email": "ivan@partner.example",
    "stage": "in-progress",
    "awaiting": "",
    "priority": "high",
    "assignee": "",
    "opened_at": datetime(2026, 11, 23, 20, 5, tzinfo=UTC),
}


def _card(language: str = "ru", **changes: object) -> str:
    return TEXTS.say("chat.card", language, **(CARD | changes))


@pytest.mark.parametrize("language", ["ru", "RU", "ru-RU", "ru_RU", "tlh", "", "e"])
def test_the_nearest_language_is_spoken_else_the_services_own(language: str) -> None:
    assert TEXTS.say("chat.button.take", language) == "Взять"


def test_english_is_spoken_to_those_who_want_it() -> None:
    assert TEXTS.say("chat.button.take", "en-GB") == "Take"


def test_a_service_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(UnknownLanguageError, match=r"'de'; there are: en, ru"):
        Texts(language="de", timezone="Europe/Berlin")


def test_an_unknown_name_is_refused_with_the_nearest_known() -> None:
    with pytest.raises(UnknownTextError, match=r"nearest is 'chat\.button\.take'"):
        TEXTS.say("chat.button.takes", "ru")
    with pytest.raises(UnknownTextError, match="nearest is 'answer'"):
        TEXTS.render("answers", "ru")


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(FactsError, match=r"chat\.toast\.taken.*'number' is missing"):
        TEXTS.say("chat.toast.taken", "ru")
    with pytest.raises(FactsError, match=r"chat\.comment-head.*'author' is undefined"):
        TEXTS.say("chat.comment-head", "ru")
    with pytest.raises(FactsError, match=r"accepted.*'number' is undefined"):
        TEXTS.render("accepted", "ru")


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_mentions_its_facts_and_fits_its_place(
    name: str, language: str
) -> None:
    named = re.findall(r"%\((\w+)\)s", SENTENCES[name])
    facts = dict.fromkeys(named, "%(x)s<&>")
    said = TEXTS.say(name, language, **facts, more="unused")
    assert said.count("%(x)s<&>") == len(named)
    assert len(said) <= (200 if name.startswith("chat.toast.") else 1000)


def test_a_fact_stays_on_its_line_and_is_cut() -> None:
    said = TEXTS.say(
        "chat.notice.delivery-failed",
        "ru",
        recipient="a@b.example",
        reason="550 5.1.1\r\nno such user " + "x" * 9000,
    )
    assert said.startswith("💔 Письмо не доставлено: a@b.example.\n550 5.1.1 no such")
    assert len(said) < 600


def test_the_card_shows_the_ticket_in_the_language_and_time_of_its_site() -> None:
    assert _card() == (
        "Партнёр: ООО «Ромашка»\n"
        "От: Иван Петров · ivan@partner.example\n"
        "Стадия: в работе\n"
        "Приоритет: высокий\n"
        "Исполнитель: не назначен\n"
        "Открыта: 24 нояб. 2026, 01:05"
    )
    assert _card("en", number="NN-7", assignee="Мария", stage="waiting") == (
        "Partner: ООО «Ромашка»\n"
        "From: Иван Петров · ivan@partner.example\n"
        "Stage: waiting for the partner\n"
        "Priority: high\n"
        "Assignee: Мария\n"
        "Opened: 23 Nov 2026, 23:05"
    )


def test_the_card_shows_what_the_ticket_awaits() -> None:
    shown = _card("ru", awaiting="resolved")
    assert "Стадия: в работе\nЖдёт подтверждения: решена\nПриоритет" in shown


def test_the_card_leaves_out_what_is_not_known() -> None:
    shown = _card("en", organisation="", requester="a@b.example", email="a@b.example")
    assert shown.startswith("From: a@b.example\nStage:")


def test_a_stage_of_the_operators_own_process_is_shown_as_named() -> None:
    assert "Стадия: на складе\n" in _card(stage="на складе")


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 23, 20, 5)  # noqa: DTZ001 - the matter of this test
    with pytest.raises(ValueError, match="without a timezone"):
        _card(opened_at=naive)


def test_the_head_of_a_comment_says_who_speaks() -> None:
    who = {"author": "Иван", "email": "i@r.example", "organisation": "Ромашка"}
    nobody_else = {"author": "i@r.example", "email": "i@r.example", "organisation": ""}
    assert TEXTS.say("chat.comment-head", "ru", **who) == "Иван · i@r.example · Ромашка"
    assert TEXTS.say("chat.comment-head", "ru", **nobody_else) == "i@r.example"
