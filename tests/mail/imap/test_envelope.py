"""Who a mail in a mailbox is from and for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.imap import envelope

HEADS = {
    "the return path": ("Return-Path: <a@x>\nFrom: b@x", "a@x"),
    "the upper return path": ("Return-Path: <a@x>\nReturn-Path: <c@x>", "a@x"),
    "nobody may be answered": ("Return-Path: <>\nFrom: b@x", ""),
    "the author, without a return path": ('From: "B, b" <b@x>, <c@x>', "b@x"),
    "nobody": ("Subject: x", ""),
    "no address": ("Return-Path: <MAILER-DAEMON>", ""),
}
FOR = {
    "to and cc": ("To: a@x, desk@x\nCc: Support <help@x>, b@x", ("desk@x", "help@x")),
    "each once": ("To: desk@x\nCc: desk@x", ("desk@x",)),
    "the delivery": ("Delivered-To: help@x\nTo: desk@x", ("help@x",)),
    "the upper delivery first": (
        "Delivered-To: box@x\nDelivered-To: help@x\nDelivered-To: desk@x",
        ("help@x", "desk@x"),
    ),
    "a delivery to no address of ours": (
        "Delivered-To: box@x\nTo: desk@x",
        ("desk@x",),
    ),
    "none of ours": ("To: a@x", ()),
}


def raw(head: str) -> bytes:
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\nTo: desk@x\r\n"


def owns(address: str) -> bool:
    return address in {"desk@x", "help@x"}


@pytest.mark.parametrize(("head", "wanted"), HEADS.values(), ids=HEADS)
def test_the_sender_is(head: str, wanted: str) -> None:
    assert envelope.sender(envelope.head_of(raw(head))) == wanted


@pytest.mark.parametrize(("head", "wanted"), FOR.values(), ids=FOR)
def test_it_is_for(head: str, wanted: tuple[str, ...]) -> None:
    found = envelope.head_of(raw(head))
    assert envelope.recipients(found, owns, header="Delivered-To") == wanted


@given(st.binary(max_size=300))
def test_any_bytes_have_an_envelope(said: bytes) -> None:
    for before in (b"", b"Return-Path: ", b"To: desk@x,"):
        head = envelope.head_of(before + said)
        assert "\n" not in envelope.sender(head)
        assert all(map(owns, envelope.recipients(head, owns, header="To")))
