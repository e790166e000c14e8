"""A subject is the same through a conversation, or says too little to be known by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.post.subjects import bare_subject, subject_key

PRINTER = subject_key("Не печатает принтер")


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Не печатает принтер",
        "RE: FW: Fwd: не печатает  принтер ",
        "Отв: Ответ: Пересл: Не печатает принтер",
        "HA: На: Не печатает принтер",
        "Re[2]: Re(3): Не печатает принтер",
        "[NN-7] Re: [External] Не печатает принтер",
        "RE：Не печатает принтер",
        "АНО: Не печатает принтер"[5:],
    ],
)
def test_what_programs_put_before_it_does_not_count(subject: str) -> None:
    assert PRINTER is not None
    assert subject_key(subject) == PRINTER


def test_case_and_yo_do_not_count_and_numbers_do() -> None:
    assert subject_key("ОТЧЁТ по складу горит") == subject_key("отчет по складу горит")
    assert subject_key("Накладная завода 41") != subject_key("Накладная завода 42")


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Re:",
        "Без темы",
        "(no subject)",
        "Вопрос",
        "Re: вопрос по заявке",
        "Заявка",
        "Заявка 4711",
        "12345678",
        "help",
        "Help please!",
        "Срочно!!!",
        "Принтер",
        "Добрый день, коллеги",
        "[NN-7]",
        "Не работает",
    ],
)
def test_one_that_says_little_is_no_key(subject: str) -> None:
    assert subject_key(subject) is None


def test_long_ones_are_told_apart_by_their_ends() -> None:
    long = "Не печатает принтер " + "очень " * 500
    assert subject_key(f"{long}первый") != subject_key(f"{long}второй")
    assert len(subject_key(long) or "") == 32


@given(st.text(max_size=3000))
def test_no_subject_makes_it_fail(subject: str) -> None:
    assert len(bare_subject(subject)) <= 1000
    assert subject_key(subject) == subject_key(f"Re: {subject}") or len(subject) > 990
