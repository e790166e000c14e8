from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proton import Data, Message, symbol, ulong

from bus.amqp1.bodies import body_of

ids = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.uuids(),
    st.integers(0, 2**63).map(ulong),
)
properties = st.dictionaries(
    st.text(max_size=9),
    st.one_of(st.text(max_size=9), st.uuids(), st.integers(0, 9), st.booleans()),
    max_size=4,
)


def encoded(body: Any, *, inferred: bool = True, **more: Any) -> bytes:
    message = Message(body=body, **more)
    message.inferred = inferred
    return bytes(message.encode())


def section(code: int | str, value: Any) -> bytes:
    data = Data()
    data.put_described()
    data.enter()
    data.put_object(symbol(code) if isinstance(code, str) else ulong(code))
    data.put_object(value)
    return bytes(data.encode())


@given(body=st.binary(max_size=400), message_id=ids, more=properties)
def test_a_data_section_is_the_body_whatever_stands_beside_it(
    body: bytes, message_id: Any, more: dict[str, Any]
) -> None:
    annotations = {symbol("x-opt-a"): [uuid.uuid4(), {"b": [1, None]}]}
    written = encoded(
        body,
        id=message_id,
        correlation_id=message_id,
        properties=more,
        annotations=annotations,
    )
    assert body_of(written) == body


@pytest.mark.parametrize("value", ['{"a": "я"}', '{"a": "я"}'.encode()])
def test_a_value_may_be_text_or_binary(value: str | bytes) -> None:
    assert body_of(encoded(value, inferred=False)) == '{"a": "я"}'.encode()


def test_several_data_sections_are_one_body() -> None:
    head = encoded(b"{", id="x")
    assert body_of(head + section(0x75, b'"a": ') + section(0x75, b"1}")) == b'{"a": 1}'


def test_sections_may_bear_their_names() -> None:
    assert body_of(section("amqp:data:binary", b"{}")) == b"{}"
    assert body_of(section("amqp:amqp-value:*", "{}")) == b"{}"


def test_what_follows_the_body_is_no_part_of_it() -> None:
    footer = section(0x78, {symbol("x-hash"): b"abc"})
    assert body_of(encoded(b"{}") + footer) == b"{}"


@pytest.mark.parametrize("value", [None, 7, {"a": 1}, ["a"], uuid.uuid4()])
def test_another_value_is_left_as_it_came(value: Any) -> None:
    written = encoded(value, inferred=False)
    assert body_of(written) == written


def test_many_sections_are_read_in_time() -> None:
    assert body_of(section(0x75, b"x") * 20_000) == b"x" * 20_000


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    for one in (raw, encoded(b"{}") + raw, section(0x74, {"a": "b"})[:-1] + raw):
        assert isinstance(body_of(one), bytes)


def test_values_within_values_do_no_harm() -> None:
    deep = b"\xd0" + b"\x00\x00\x00\x05" + b"\x00\x00\x00\x01"
    for raw in (b"\x00" * 100_000, deep * 50_000):
        assert body_of(raw) == raw
