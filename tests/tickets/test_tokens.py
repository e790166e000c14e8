"""Signed reply addresses: what they prove and in which styles they are read."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.desks import rules
from tickets.tokens import LOCAL_PART_LIMIT, ReplyAddress, Signer

KEY, FORMER = b"k" * 32, b"f" * 32
STYLES = ("plus", "{local}-{token}@{domain}", "{token}@{domain}", "r.{token}.x@r.org")
numbers = st.builds(
    lambda code, count: f"{code}-{count}",
    st.text(string.ascii_uppercase, min_size=1, max_size=8),
    st.integers(1, 10**12 - 1),
)
addresses = st.from_regex(
    r"[a-z0-9._+-]{1,30}@[a-z0-9-]{1,20}\.example", fullmatch=True
)
locals_ = st.from_regex(r"[a-z0-9]([a-z0-9._+-]{0,20}[a-z0-9])?", fullmatch=True)


def signer(**more: Any) -> Signer:
    return Signer(**{"keys": (KEY,), "address": "support@example.org", **more})


@given(numbers, addresses)
def test_a_token_proves_its_number_and_recipient_in_any_case(
    number: str, recipient: str
) -> None:
    token = signer().token(number, recipient)
    assert token == token.lower()
    assert signer().proves(token.upper(), number.lower(), recipient.upper())


@given(numbers, numbers, addresses)
def test_a_token_proves_nothing_else(number: str, other: str, recipient: str) -> None:
    token = signer().token(number, recipient)
    if number != other:
        assert not signer().proves(token, other, recipient)
    assert not signer().proves(token, number, f"x{recipient}")
    assert not signer(keys=(FORMER,)).proves(token, number, recipient)


@given(numbers, addresses)
def test_former_keys_are_accepted_and_the_first_signs(number: str, who: str) -> None:
    before, after = signer(keys=(FORMER,)), signer(keys=(KEY, FORMER))
    assert after.proves(before.token(number, who), number, who)
    assert after.token(number, who) == signer().token(number, who)


@pytest.mark.parametrize("style", STYLES)
@given(numbers, locals_)
@example("NN-1", "help-1.support")
@example("NN-1", "it-2")
@example("A-1", "a-1.aaaaaaaaaaaaaaaaaa")
def test_an_address_is_read_back_in_every_style(
    style: str, number: str, local: str
) -> None:
    recipient = "ivan@partner.example"
    own = f"{local}@example.org"
    signs = signer(style=style, address=own)
    made = signs.reply_address(number, recipient)
    assume(made is not None)
    assert made is not None
    assert len(made.rpartition("@")[0]) <= LOCAL_PART_LIMIT
    token = signs.token(number, recipient)
    assert signs.read(made) == ReplyAddress(number, token)
    assert signs.read(made.upper()) == ReplyAddress(number, token)
    if style != STYLES[-1]:  # at another domain nothing is ours
        assert rules(address=own, sites=(), signer=signs).is_own(made.swapcase())


def test_an_address_too_long_for_a_local_part_is_not_made() -> None:
    assert (
        signer(address=f"{'s' * 60}@example.org").reply_address("NN-1", "a@b") is None
    )


def test_without_reply_addresses_there_is_none() -> None:
    assert signer(style="off").reply_address("NN-1", "a@b.example") is None


def test_an_address_of_the_style_before_is_still_read() -> None:
    made = signer(style="{local}-{token}@{domain}").reply_address("NN-1", "a@b.example")
    for style in ("plus", "off"):
        said = signer(style=style).read(made or "")
        assert said is not None
        assert said.number == "NN-1"


@given(st.text(max_size=80))
def test_reading_never_raises(address: str) -> None:
    signer().read(address)
    signer(style="{local}-{token}@{domain}").read(address)


@pytest.mark.parametrize(
    "address",
    [
        "support@example.org",
        "support+sale@example.org",
        "support+nn-1.short@example.org",
        "support+nn-1.aaaaaaaaaaaaaaaaaaaaaaaaa@example.org",
        "support+nn-1.aaaaaaaaaaaaaaaa01@example.org",
        "",
        "@",
    ],
)
def test_what_is_no_signed_address_says_nothing(address: str) -> None:
    assert signer().read(address) is None
