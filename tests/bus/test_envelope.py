from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from bus.envelope import BODY_LIMIT, TEXT_LIMIT, BodyTooLarge, body, type_of
from tests.bus.scene import SCHEMAS, SignedLinks
from tickets.model import ArrivalId, Event, Json
from tickets.words import EventType

LINKS = SignedLinks()
COMMENT = "0193b6a0-0000-7000-8000-000000000001"
SHA256 = "ab" * 32


def make(
    type_: EventType = EventType.CLOSED,
    *,
    stream: str = "ticket:NN-7",
    data: Json | None = None,
    content: Json | None = None,
    causation: int | None = 42,
    at: datetime = datetime(2026, 3, 2, 9, 0, 0, 250, tzinfo=UTC),
) -> Event:
    return Event(
        id="0193b6a0-0000-7000-8000-00000000abcd",
        stream=stream,
        seq=7,
        type=type_,
        actor="specialist:3",
        at=at,
        causation=None if causation is None else ArrivalId(causation),
        data=data if data is not None else {"from": "waiting", "to": "closed"},
        content=content or {},
    )


def said(event: Event) -> Any:
    _, made = body(event, links=LINKS)
    assert len(made) <= BODY_LIMIT
    SCHEMAS.check(type_of(event), made)
    return json.loads(made)


def comment(text: str, name: str = "Анна") -> Event:
    data: Json = {
        "comment": COMMENT,
        "visibility": "public",
        "trust": "proven",
        "channel": "smtp",
        "text_hash": SHA256,
        "attachments": 0,
    }
    author = {"kind": "contact", "id": 5, "name": name, "email": "a@x.example"}
    content: Json = {"text": text, "author": author}
    return make(EventType.COMMENT_ADDED, data=data, content=content)


def opened(subject: str, name: str) -> Event:
    return make(
        EventType.OPENED,
        data={
            "number": "NN-7",
            "site": "NN",
            "organisation": 12,
            "requester": 5,
            "process": "default",
            "stage": "new",
            "priority": "normal",
        },
        content={
            "subject": subject,
            "requester_name": name,
            "requester_email": name,
            "organisation_name": name,
        },
    )


def test_a_body_is_cloudevents_1_0_in_structured_mode() -> None:
    assert said(make()) == {
        "specversion": "1.0",
        "id": "0193b6a0-0000-7000-8000-00000000abcd",
        "source": "/zayavka/tickets/NN-7",
        "type": "zayavka.ticket.closed.v1",
        "time": "2026-03-02T09:00:00.000250Z",
        "sequence": "0000000007",
        "partitionkey": "NN-7",
        "causationid": "42",
        "datacontenttype": "application/json",
        "dataschema": "zayavka:/schemas/zayavka.ticket.closed.v1.json",
        "data": {"actor": "specialist:3", "from": "waiting", "to": "closed"},
    }


@pytest.mark.parametrize(
    ("stream", "source", "key"),
    [
        ("ticket:NN-7", "/zayavka/tickets/NN-7", "NN-7"),
        ("organisation:12", "/zayavka/organisations/12", "organisation-12"),
        ("contact:12", "/zayavka/contacts/12", "contact-12"),
        ("specialist:12", "/zayavka/specialists/12", "specialist-12"),
    ],
)
def test_a_stream_has_its_source_and_key(stream: str, source: str, key: str) -> None:
    event = json.loads(body(make(stream=stream), links=LINKS)[1])
    assert (event["source"], event["partitionkey"]) == (source, key)


def test_an_event_without_a_cause_names_none() -> None:
    assert "causationid" not in said(make(causation=None))


def test_time_is_told_in_utc_whatever_zone_it_came_in() -> None:
    moscow = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=3)))
    assert said(make(at=moscow))["time"] == "2026-03-02T09:00:00.000000Z"


def test_a_naive_time_is_refused() -> None:
    naive = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 # what is refused
    with pytest.raises(ValueError, match="time zone"):
        body(make(at=naive), links=LINKS)


def test_cyrillic_stays_readable() -> None:
    assert "Не печатает".encode() in body(comment("Не печатает"), links=LINKS)[1]


def test_the_order_in_which_data_was_built_does_not_show() -> None:
    one = make(data={"from": "waiting", "to": "closed"})
    other = make(data={"to": "closed", "from": "waiting"})
    assert body(one, links=LINKS) == body(other, links=LINKS)


def test_a_text_at_the_limit_is_inline() -> None:
    text = "я" * (TEXT_LIMIT // 2)
    assert said(comment(text))["data"]["text"] == text


def test_a_text_over_the_limit_is_linked() -> None:
    data = said(comment("я" * (TEXT_LIMIT // 2) + "!"))["data"]
    assert "text" not in data
    assert data["text_size"] == TEXT_LIMIT + 1
    assert data["text_url"] == LINKS.text(COMMENT)
    assert len(data["text_sha256"]) == 64
    assert "cut" not in data


def test_a_text_that_grows_too_large_when_escaped_is_linked() -> None:
    data = said(comment("\x01" * TEXT_LIMIT))["data"]
    assert "text" not in data
    assert data["text_size"] == TEXT_LIMIT


def test_a_file_is_named_by_sha256_and_address() -> None:
    file: Json = {
        "comment": COMMENT,
        "media_type": "application/pdf",
        "size": 3,
        "sha256": SHA256,
    }
    event = make(EventType.ATTACHMENT_ADDED, data=file, content={"name": "a.pdf"})
    assert said(event)["data"]["url"] == LINKS.file(SHA256)


def test_a_long_subject_that_fits_is_whole() -> None:
    data = said(opened("т" * 20_000, "Анна"))["data"]
    assert data["subject"] == "т" * 20_000
    assert "cut" not in data


def test_what_does_not_fit_is_shortened_and_named() -> None:
    data = said(opened("\x02" * 50_000, "и" * 40_000))["data"]
    assert data["subject"].endswith("\x02…")
    assert sorted(data["cut"]) == [
        "/organisation_name",
        "/requester_email",
        "/requester_name",
        "/subject",
    ]
    assert data["number"] == "NN-7"


def test_a_long_list_is_shortened_and_named() -> None:
    event = make(
        EventType.CHANGED,
        stream="organisation:12",
        data={"organisation": 12},
        content={
            "name": "ООО",
            "domains": [f"{'d' * 60}.{n}.example" for n in range(100_000)],
            "site": None,
        },
    )
    data = said(event)["data"]
    assert 0 < len(data["domains"]) < 1000
    assert data["cut"][0] == "/domains"


def test_a_name_inside_a_person_is_shortened_and_named() -> None:
    assert said(comment("x", "\x01" * 70_000))["data"]["cut"] == ["/author/name"]


def test_addresses_are_never_shortened_but_refused() -> None:
    class Endless(SignedLinks):
        @override
        def file(self, sha256: str) -> str:
            return sha256 * 2000

    file: Json = {"comment": COMMENT, "sha256": SHA256}
    with pytest.raises(BodyTooLarge):
        body(make(EventType.ATTACHMENT_ADDED, data=file), links=Endless())


wild = st.text(max_size=3000).map(lambda text: text * 40)


@given(subject=wild, name=wild)
def test_any_subject_and_name_give_a_valid_body(subject: str, name: str) -> None:
    assert said(opened(subject, name))


@given(text=wild, name=wild)
def test_any_comment_gives_a_valid_body(text: str, name: str) -> None:
    assert said(comment(text, name))
