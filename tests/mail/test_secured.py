"""Signed mail is read, encrypted mail is told from it, and both are kept."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.parcels import armour, cms
from mail.reading import parse
from tests.mail import parcels
from tests.mail.parcels import HEAD, mixed, part
from tickets.letter import Sealed

INNER = (
    b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nHello\r\n"
    b"--i\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--i--\r\n"
)
SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n\niQ==\n=aaaa\n-----END PGP SIGNATURE-----"
MESSAGE = "-----BEGIN PGP MESSAGE-----\n\nhQ==\n=aaaa\n-----END PGP MESSAGE-----"
KEY = (
    "-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: 1\n\nmQ==\n"
    "-----END PGP PUBLIC KEY BLOCK-----"
)


@pytest.mark.parametrize(
    "signed",
    [
        parcels.cms(INNER),
        parcels.streamed_cms(INNER),
        parcels.cms(zlib.compress(INNER), kind=parcels.COMPRESSED),
    ],
    ids=["in one piece", "streamed", "compressed"],
)
@pytest.mark.parametrize(
    "media_type",
    ["application/pkcs7-mime; smime-type=signed-data", "application/x-pkcs7-mime",
     "application/octet-stream; name=SMIME.P7M"],
)  # fmt: skip
def test_what_is_signed_opaquely_is_read(signed: bytes, media_type: str) -> None:
    letter = parse.read(HEAD + part(media_type, signed))
    assert letter.text == "Hello"
    assert [(one.name.lower(), one.content) for one in letter.files] == [
        ("smime.p7m", signed),
        ("a.pdf", b"%PDF"),
    ]
    assert letter.sealed is None


def test_a_signed_document_is_a_file_and_no_mail() -> None:
    signed = parcels.cms(b"%PDF-1.7 ...")
    name = "application/pkcs7-mime; name=contract.pdf.p7m"
    letter = parse.read(mixed(b"\r\nHello", part(name, signed)))
    assert [one.name for one in letter.files] == ["contract.pdf.p7m"]
    assert letter.text == "Hello"


def test_detached_signatures_are_files_with_names() -> None:
    for kind, name in [
        ("pkcs7-signature", "smime.p7s"),
        ("pgp-signature", "signature.asc"),
    ]:
        raw = mixed(b"\r\nHello", part(f"application/{kind}", b"x"), kind="signed")
        letter = parse.read(raw)
        assert (letter.text, [one.name for one in letter.files]) == ("Hello", [name])


@pytest.mark.parametrize(
    "raw",
    [
        HEAD
        + part("application/pkcs7-mime", parcels.cms(b"x", kind=parcels.ENVELOPED)),
        HEAD + part("application/pkcs7-mime; smime-type=enveloped-data", b"cut"),
        HEAD
        + part(
            "application/pkcs7-mime",
            parcels.cms(
                part("application/pkcs7-mime", parcels.cms(b"", kind=parcels.ENVELOPED))
            ),
        ),
    ],
    ids=["enveloped", "broken", "signed around it"],
)
def test_what_s_mime_encrypted_is_kept_and_said(raw: bytes) -> None:
    letter = parse.read(raw)
    assert letter.sealed is Sealed.SMIME
    assert {one.name for one in letter.files} == {"smime.p7m"}


def test_what_pgp_encrypted_is_kept_and_said() -> None:
    parts = (
        part("application/pgp-encrypted", b"Version: 1"),
        part("application/octet-stream; name=encrypted.asc", MESSAGE.encode()),
    )
    for kind in ("encrypted", "mixed"):  # Exchange makes the one of the other
        letter = parse.read(mixed(*parts, kind=kind))
        assert letter.sealed is Sealed.PGP
        assert [one.name for one in letter.files] == ["version.asc", "encrypted.asc"]


def test_a_message_encrypted_in_the_text_becomes_a_file() -> None:
    letter = parse.read(f"\nHello\n\n{MESSAGE}\n".encode())
    assert letter.sealed is Sealed.PGP
    assert letter.text.strip() == "Hello"
    assert [(one.name, one.content) for one in letter.files] == [
        ("message.asc", MESSAGE.encode())
    ]


def test_a_page_with_an_encrypted_message_is_known() -> None:
    page = MESSAGE.replace("\n", "<br>").encode()
    assert parse.read(b"Content-Type: text/html\n\n" + page).sealed is Sealed.PGP


def test_a_text_signed_by_pgp_is_bare_and_its_signature_quoted() -> None:
    text = (
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi\n- - one\n{SIGNATURE}"
    )
    letter = parse.read(f"\nAbove\n{text}\n".encode())
    assert letter.text.strip() == "Above\nHi\n- one"
    assert letter.quoted == SIGNATURE
    assert letter.files == ()


def test_a_key_in_the_text_becomes_a_file() -> None:
    letter = parse.read(f"\nMy key:\n{KEY}\nBye\n".encode())
    assert letter.text == "My key:\n\nBye\n"
    assert [(one.name, one.content.decode()) for one in letter.files] == [
        ("key.asc", KEY)
    ]


@pytest.mark.parametrize(
    "text",
    [
        MESSAGE.replace("\n", "\n> "),
        MESSAGE[:-40],
        f"See -----BEGIN PGP MESSAGE----- in {SIGNATURE}",
    ],
    ids=["quoted", "cut", "in a sentence"],
)
def test_armour_that_is_quoted_or_cut_stays_in_the_text(text: str) -> None:
    assert armour.bare(text).text == text


def test_signed_parts_in_signed_parts_are_opened_to_a_depth() -> None:
    raw = b"Content-Type: text/plain\r\n\r\ndeep"
    for _ in range(9):
        raw = part("application/pkcs7-mime", parcels.cms(raw))
    letter = parse.read(raw)
    assert len(letter.files) == 4
    assert letter.text == ""
    assert "more signed parts in signed parts than are opened" in letter.defects


@given(st.binary(max_size=300))
def test_no_octets_break_the_reading_of_a_signature(content: bytes) -> None:
    cms.read(content)
    body = parcels.endless(0x30, parcels.der(0x02, b"\1"), content)
    cms.read(
        parcels.endless(
            0x30, parcels.der(0x06, parcels.SIGNED), parcels.endless(0xA0, body)
        )
    )
