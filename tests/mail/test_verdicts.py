"""What the border says of a mail's author, and what others write under its name."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.reading import parse
from mail.reading.verdicts import aligned, vouch

IVAN = "ivan@partner.example"
BORDER = frozenset({"mx.example.org"})


def said(*headers: str, author: str = IVAN) -> bool | None:
    return vouch([one.encode() for one in headers], author, BORDER)


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("mx.example.org; dmarc=pass header.from=partner.example", True),
        ("MX.Example.Org; DMARC=Pass Header.From=Partner.Example", True),
        ("mx.example.org 1; dkim=pass header.d=partner.example", True),
        ("mx.example.org; dkim=pass header.i=@partner.example", True),
        ("mx.example.org; dkim=pass header.d=mail.partner.example", True),
        ('"mx.example.org"; dkim=pass (good) header.d="partner.example"', True),
        ("(a (b)) mx.example.org (c) ; dkim / 1 = pass header . d = partner.example",
         True),
        (("mx.example.org;\r\n\tspf=fail smtp.mailfrom=x.example;\r\n\tdkim=fail "
         'reason="no key" header.d=x.example;\r\n dkim=pass header.d=partner.example'),
         True),
        ("mx.example.org; none", None),
        ("mx.example.org 1; none", None),
        ("mx.example.org", None),
        ("", None),
        ("mx.example.org; dkim=pass header.d=evil.example", None),
        ("mx.example.org; dkim=pass header.d=notpartner.example", None),
        ("mx.example.org; dkim=pass header.d=example", None),
        ("mx.example.org; dkim=pass", None),
        ("mx.example.org; dkim=fail header.d=partner.example", None),
        ("mx.example.org; dkim=none (pass) header.d=partner.example", None),
        ("mx.example.org; dkim=none (dkim=pass header.d=partner.example)", None),
        ("mx.example.org; spf=pass smtp.mailfrom=partner.example", None),
        ("mx.example.org; dmarc=none header.from=partner.example", None),
        ("mx.example.org; dmarc=temperror header.from=partner.example", None),
        ("mx.example.org; dmarc=pass header.from=evil.example", None),
        ("mx.example.org; arc=pass header.d=partner.example", None),
        ("mx.example.org; dmarc=fail (p=none) header.from=partner.example", False),
        (("mx.example.org; dmarc=fail header.from=partner.example; "
         "dkim=pass header.d=partner.example"), False),
        ("mx.evil.example; dmarc=pass header.from=partner.example", None),
        ("mx.example.org.evil.example; dkim=pass header.d=partner.example", None),
        ("evil (mx.example.org); dkim=pass header.d=partner.example", None),
        ("evil; mx.example.org; dkim=pass header.d=partner.example", None),
        (('mx.example.org; spf=pass smtp.mailfrom="a; dkim=pass '
         'header.d=partner.example; x"@evil.example'), None),
        ('mx.example.org; dkim=fail reason="; dkim=pass header.d=partner.example "',
         None),
        ("mx.example.org; dkim=fail (\\); dkim=pass header.d=partner.example)", None),
    ],
)  # fmt: skip
def test_the_borders_word_on_the_authors_domain_counts(
    header: str, verdict: bool | None
) -> None:
    assert said(header) is verdict


GOOD = "mx.example.org; dkim=pass header.d=partner.example"
SILENT = "mx.example.org; dkim=none; dmarc=none header.from=partner.example"


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ((GOOD, SILENT), True),
        ((SILENT, GOOD), None),
        (("other.example; dkim=none", GOOD), True),
        (("mx.example.org; spf=none", GOOD), True),
        (("mx.example.org; dmarc=fail", GOOD), False),
        ((SILENT, "mx.example.org; dmarc=pass header.from=partner.example"), None),
    ],
)
def test_of_several_headers_the_topmost_decides_for_each_method(
    headers: tuple[str, ...], verdict: bool | None
) -> None:
    assert said(*headers) is verdict


def test_without_a_configured_border_nobody_is_heard() -> None:
    assert vouch([GOOD.encode()], IVAN, frozenset()) is None


@pytest.mark.parametrize(
    ("domain", "other", "verdict"),
    [
        ("partner.example", "partner.example.", True),
        ("mail.partner.example", "partner.example", True),
        ("partner.example", "mail.partner.example", True),
        ("a.partner.example", "b.partner.example", False),
        ("partner.example", "example", False),
        ("xn--d1aqf.xn--p1ai", "дом.рф", True),
        ("partner.example", "", False),
        ("", "", False),
    ],
)
def test_domains_are_aligned_if_one_is_part_of_the_other(
    domain: str, other: str, verdict: bool
) -> None:
    assert aligned(domain, other) is verdict


def read(head: str, results: str = GOOD) -> bool | None:
    raw = f"Authentication-Results: {results}\r\n{head}\r\n\r\nText\r\n"
    return parse.read(raw.encode(), border=BORDER).vouched


def test_a_letter_tells_what_the_border_says() -> None:
    assert read(f"From: Ivan <{IVAN}>") is True
    assert read("From: eve@evil.example") is None
    assert read(f"From: {IVAN}", "mx.example.org; dmarc=fail") is False
    raw = f"Authentication-Results: {GOOD}\r\nFrom: {IVAN}\r\n\r\nText\r\n"
    assert parse.read(raw.encode()).vouched is None


@pytest.mark.parametrize(
    "head",
    [
        f"From: {IVAN}\r\nFrom: eve@evil.example",
        f"From: {IVAN}, eve@evil.example",
        "Subject: Nobody",
    ],
)
def test_nobody_vouches_for_one_of_several_authors_or_for_none(head: str) -> None:
    assert read(head) is None


def test_what_arc_says_is_not_heard() -> None:
    raw = f"ARC-Authentication-Results: i=1; {GOOD}\r\nFrom: {IVAN}\r\n\r\nText\r\n"
    assert parse.read(raw.encode(), border=BORDER).vouched is None


BOMBS = ["(", ")", '"', "\\", ";", "= ", '"(', '"\\"', " ", "a=b ", ";a=b", "\\("]


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("prefix", ["", "mx.example.org;"])
def test_a_hostile_header_costs_little(bomb: str, prefix: str) -> None:
    value = (prefix + bomb * 100_000)[:100_000].encode()
    began = time.process_time()
    assert vouch([value] * 1000, IVAN, BORDER) is (False if prefix else None)
    short = value[: 16 * 1024]
    assert vouch([short] * 1000, IVAN, BORDER) is None
    assert time.process_time() - began < 1.0


def test_what_is_too_long_for_a_border_is_no_pass() -> None:
    assert said(f"{GOOD}; {'x' * 16_384}") is False


_PIECES = st.sampled_from(
    ["mx.example.org", ";", " ", "dkim", "dmarc", "=", "pass", "fail", "header.d",
     "header.from", "partner.example", "evil.example", "(", ")", '"', "\\", "\r\n ",
     ".", "/", "@", "1", "reason", "дом.рф", "\x00", "\ufffd"]
)  # fmt: skip
_VALUE = st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=40).map("".join)


@given(st.lists(_VALUE, max_size=4))
@settings(max_examples=800)
def test_any_headers_give_a_verdict(values: list[str]) -> None:
    assert said(*(one.replace("\ud800", "") for one in values)) in {True, False, None}


@given(_VALUE)
@settings(max_examples=500)
def test_nothing_that_is_quoted_or_a_comment_vouches(value: str) -> None:
    quoted = value.replace("\\", "").replace('"', "")
    assert not said(f'mx.example.org; dkim=fail reason="{quoted}"')
    plain = value.replace("\\", "").replace("(", "").replace(")", "")
    assert not said(f"mx.example.org; dkim=fail ({plain})")


@given(st.binary(max_size=300))
def test_any_bytes_give_a_verdict(value: bytes) -> None:
    assert vouch([b"mx.example.org;" + value], IVAN, BORDER) in {True, False, None}
