"""Parameters come four ways and mean the same."""

from __future__ import annotations

import contextlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.params import Params, Upload, read_params

NAMES = st.sampled_from(["document", "photo", "media", "файл"])
FILE_NAMES = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=12,
).filter(lambda name: "\\" not in name and "%" not in name)


@given(
    st.dictionaries(NAMES, st.tuples(FILE_NAMES, st.binary(max_size=60)), min_size=1)
)
def test_what_a_client_uploads_is_read(files: dict[str, tuple[str, bytes]]) -> None:
    request = httpx.Request("POST", "http://x", data={"chat_id": "5"}, files=files)
    params = read_params("", request.headers["content-type"], request.read())
    assert params.values == {"chat_id": "5"}
    assert {
        name: (upload.name, upload.content) for name, upload in params.uploads.items()
    } == files


@given(st.binary(max_size=80))
def test_no_multipart_body_breaks_the_reader(body: bytes) -> None:
    media_type = "multipart/form-data; boundary=b"
    for framed in (body, b"--b\r\n" + body + b"\r\n--b--"):
        assert isinstance(read_params("", media_type, framed), Params)


@given(st.binary(max_size=40))
def test_a_json_body_is_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(ApiError):
        assert isinstance(read_params("", "application/json", body), Params)


def test_query_and_form_and_json_agree() -> None:
    form, json = "application/x-www-form-urlencoded", "application/json"
    ways = [
        read_params("a=1&b=%5B2%5D", "", b""),
        read_params("", form, b"a=1&b=%5B2%5D"),
        read_params("a=1", json, b'{"b": [2]}'),
    ]
    assert {(params.integer("a"), *params.listed("b")) for params in ways} == {(1, 2)}


@pytest.mark.parametrize(
    ("read", "values"),
    [
        (lambda params: params.integer("x"), {"x": "one"}),
        (lambda params: params.integer("x"), {"x": [1]}),
        (lambda params: params.json("x"), {"x": "{"}),
        (lambda params: params.json("x"), {"x": "[" * 100_000}),
        (lambda params: params.json("x"), {"x": '["\\ud83d"]'}),
        (lambda params: params.listed("x"), {"x": "{}"}),
        (lambda params: params.mapped("x"), {"x": "[]"}),
    ],
)
def test_a_wrong_type_is_a_bad_request(read: object, values: dict[str, object]) -> None:
    assert callable(read)
    with pytest.raises(ApiError, match="Bad Request"):
        read(Params(values=values))


def test_the_log_shows_values_decoded_and_files_by_size() -> None:
    upload = Upload(name="a.txt", media_type="text/plain", content=b"abc")
    params = Params(values={"a": "5", "b": "x", "c": "{"}, uploads={"d": upload})
    assert params.shown() == {
        "a": 5,
        "b": "x",
        "c": "{",
        "d": {"file": "a.txt", "size": 3},
    }
