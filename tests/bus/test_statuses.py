"""What every status means, and what is kept of the words beside it."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest

from bus.statuses import LONGEST_WAIT, Reply, meaning
from tickets.sending import Answer, Later, Never, Sent

NOW = 1772442000.0  # Mon, 02 Mar 2026 09:00:00 GMT
MINUTE = timedelta(minutes=1)


def told(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return meaning(Reply(status=status, headers=named, body=body), now=NOW)


@pytest.mark.parametrize("status", [one for one in HTTPStatus if one >= 200])
def test_every_status_has_its_meaning(status: HTTPStatus) -> None:
    final = {413, 422}
    kind = Sent if status < 300 else Never if status in final else Later
    assert type(told(status)) is kind


@pytest.mark.parametrize("status", [101, 299, 399, 499, 599, 999])
def test_a_status_that_nobody_knows_is_read_by_its_first_digit(status: int) -> None:
    assert isinstance(told(status), Sent if status == 299 else Later)


@pytest.mark.parametrize(
    ("body", "headers", "receipt"),
    [
        (b"", {}, "202 Accepted"),
        (b'{"id": "e-17", "x": 1}', {}, "202 Accepted, e-17"),
        (b'{"id": 17}', {"x_request_id": "r"}, "202 Accepted, 17"),
        (b'{"id": {"a": 1}}', {"x_request_id": "r-1"}, "202 Accepted, r-1"),
        (b'{"id": "a\x1b[2Jb"}', {}, "202 Accepted"),
        (b'{"id": "a\\u001b[2Jb"}', {}, "202 Accepted, a?[2Jb"),
        (b"[" * 4000, {}, "202 Accepted"),
        (b"\xff\xfe", {}, "202 Accepted"),
        (b"ok", {}, "202 Accepted"),
    ],
)
def test_a_receipt_names_what_the_receiver_made_of_it(
    body: bytes, headers: dict[str, str], receipt: str
) -> None:
    assert told(202, body, **headers) == Sent(receipt)


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("60", MINUTE),
        ("0", None),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("1.5", None),
        ("9" * 400, LONGEST_WAIT),
        ("Mon, 02 Mar 2026 09:01:00 GMT", MINUTE),
        ("Mon, 02 Mar 2026 08:59:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Mon, 32 Mar 2026 09:01:00 GMT", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_time_that_is_named_is_kept_within_bounds(
    status: int, said: str, after: timedelta | None
) -> None:
    answer = told(status, retry_after=said)
    assert isinstance(answer, Later)
    assert answer.after == after


def test_a_redirect_says_where_to_without_what_may_be_secret() -> None:
    place = "https://desk:hush@other.example/in?token=hush"
    answer = told(308, location=place)
    assert isinstance(answer, Later)
    assert answer.reason == (
        "308 Permanent Redirect: it is elsewhere, mend the address "
        "(now other.example/in)"
    )


def test_what_the_receiver_says_is_shortened_and_made_harmless() -> None:
    answer = told(422, b"no\r\n\x1b[2J\xff \xe2\x80\xae" + b"x" * 4000)
    assert isinstance(answer, Never)
    assert answer.reason.startswith("422 Unprocessable Entity: no ?[2J\ufffd ?xx")
    assert len(answer.reason) < 350


def test_a_page_for_browsers_is_not_repeated() -> None:
    page = b"<html><title>502 Bad Gateway</title>"
    assert told(502, page, content_type="Text/HTML; x") == Later("502 Bad Gateway")
