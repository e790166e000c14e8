"""clamd is asked over real sockets: one that does as it is told, and the real one."""

from __future__ import annotations

import asyncio

import pytest

from mail.files.clamd import Clamd, Judged, Place, ScannerError, read_place
from tests.scanners import EICAR, VIRUS, RealClamd, ScriptedClamd, Way, open_scripted


def ask(clamd: ScriptedClamd, content: bytes, *, timeout: float = 10.0) -> Judged:
    async def scene() -> Judged:
        async with open_scripted(clamd):
            place = read_place(clamd.url)
            return await Clamd(place=place, timeout=timeout).scan(content)

    return asyncio.run(scene())


@pytest.mark.parametrize(
    ("content", "judged"),
    [
        (b"hello", Judged()),
        (b"", Judged()),
        (bytes(900_000), Judged()),
        (EICAR, Judged(virus=VIRUS)),
        (bytes(500_000) + EICAR, Judged(virus=VIRUS)),
        (bytes(5_000_000), Judged(too_large=True)),
    ],
    ids=["clean", "empty", "large", "virus", "virus at the end", "too large"],
)
def test_bytes_are_judged(content: bytes, judged: Judged, clamd: RealClamd) -> None:
    assert ask(ScriptedClamd(), content) == judged

    real = asyncio.run(Clamd(place=read_place(clamd.url)).scan(content))
    unofficial = real.virus.removesuffix(".UNOFFICIAL")  # so are all but ClamAV's own
    assert Judged(virus=unofficial, too_large=real.too_large) == judged


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("is silent", "no answer within 0.2 s"),
        ("breaks off", "broke off without an answer"),
        ("is out of memory", "it says: stream: Can't allocate memory ERROR"),
    ],
)
def test_what_is_no_verdict_is_an_error(way: Way, reason: str) -> None:
    with pytest.raises(ScannerError, match=reason):
        ask(ScriptedClamd(way=way), b"hello" * 100, timeout=0.2)


def test_a_scanner_that_is_not_there_is_an_error(tmp_path: object) -> None:
    for place in (
        Place(host="127.0.0.1", port=1),
        Place(host="no..name"),
        Place(path=f"{tmp_path}/none"),
        Place(path="/" + "a" * 150),  # longer than a socket's may be
    ):
        with pytest.raises(ScannerError):
            asyncio.run(Clamd(place=place).scan(b"hello"))


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("clamd://127.0.0.1", Place(host="127.0.0.1", port=3310)),
        ("clamd://scan.example.org:99/", Place(host="scan.example.org", port=99)),
        ("clamd://[::1]:99", Place(host="::1", port=99)),
        ("unix:///run/clamav/clamd.ctl", Place(path="/run/clamav/clamd.ctl")),
    ],
)
def test_a_url_names_a_place(url: str, place: Place) -> None:
    assert read_place(url) == place


@pytest.mark.parametrize(
    "url", ["", "clamd://", "http://a", "unix://a/b", "clamd://a:x", "clamd://a/b"]
)
def test_what_names_no_place_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be clamd://HOST:PORT"):
        read_place(url)
