"""Our signatures hold in the eyes of others, and break when a mail is changed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.sending.compose import compose
from mail.sending.dkim import Dkim, read_key
from tests.mail.test_compose import PDF, PLAIN
from tickets.letter import Mailbox

AT = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SIGNER = Dkim(domain="example.org", selector="desk", key=RSA)
WHOLE = replace(
    PLAIN,
    cc=(Mailbox(address="olga@partner.example", name="О" * 90),),
    reply_to="support+nn-1.abc@example.org",
    in_reply_to="<x@partner.example>",
    references=tuple(f"<{n}.{'r' * 40}@partner.example>" for n in range(30)),
    html="<p>Здравствуйте!</p>  \t\n\n\n",
    files=(PDF,),
    auto_submitted="auto-replied",
    ticket="NN-1",
)


def dns(signer: Dkim) -> Callable[..., bytes | None]:
    """Return a resolver that knows one record."""
    name, quoted = signer.record
    pieces = shlex.split(quoted)
    assert all(len(piece) <= 255 for piece in pieces)  # more no string of DNS holds
    text = "".join(pieces)

    def look(asked: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        return text.encode() if asked.decode().rstrip(".") == name else None

    return look


def holds(raw: bytes, signer: Dkim = SIGNER) -> bool:
    return bool(dkim.verify(raw, dnsfunc=dns(signer)))


def test_a_whole_mail_is_verified() -> None:
    signed = SIGNER.sign(compose(WHOLE), AT)
    assert holds(signed)
    assert max(map(len, signed.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=400), st.text(max_size=60))
def test_whatever_is_said_is_verified(subject: str, text: str, name: str) -> None:
    mail = replace(
        PLAIN, subject=subject, text=text, to=(replace(PLAIN.to[0], name=name),)
    )
    assert holds(SIGNER.sign(compose(mail), AT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: ", b"Subject: x"),
        (b"Reply-To: ", b"Reply-To: x"),
        (b"0LA", b"0LB"),
        (b"MIME-Version", b"From: mallory@evil.example\r\nMIME-Version"),
        (b"MIME-Version", b"Cc: mallory@evil.example\r\nMIME-Version"),
    ],
    ids=["subject", "reply", "body", "another From", "another Cc"],
)
def test_a_mail_that_was_changed_is_not(old: bytes, new: bytes) -> None:
    signed = SIGNER.sign(compose(WHOLE), AT)
    assert old in signed
    assert not holds(signed.replace(old, new, 1))


def test_blanks_and_folds_on_the_way_do_no_harm() -> None:
    signed = SIGNER.sign(compose(replace(PLAIN, text="a  b \nc\n")), AT)
    head, _, body = signed.partition(b"\r\n\r\n")
    moved = head.replace(b"Date: ", b"Date:\r\n\t  ") + b"\r\n\r\n"
    assert holds(moved + body.replace(b"a  b \r\n", b"a b\r\n") + b"\r\n\r\n")


def test_the_key_of_another_does_not_verify() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert not holds(SIGNER.sign(compose(PLAIN), AT), replace(SIGNER, key=other))


def pem(key: rsa.RSAPrivateKey, password: bytes = b"") -> str:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode()


def test_a_key_is_read_and_not_shown() -> None:
    key = read_key(pem(RSA))
    assert replace(SIGNER, key=key).record == SIGNER.record
    assert "key" not in repr(SIGNER)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be a private key in PEM"),
        ("-----BEGIN PRIVATE KEY-----\nrubbish\n", "must be a private key in PEM"),
        (pem(RSA, b"secret"), "without a password"),
        (
            ec.generate_private_key(ec.SECP256R1())
            .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            .decode(),
            "must be an RSA key",
        ),
    ],
    ids=["nothing", "rubbish", "locked", "another kind"],
)
def test_what_is_no_key_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_key(text)
