"""Texts too long, in charsets and encodings that cost most."""

from __future__ import annotations

from tests.mail.hostile.kind import HEAD, Kinds


def short_lines(size: int) -> bytes:
    return HEAD + b"\r\n" + b"x\r\n" * (size // 3)


BODIES: Kinds = {
    "30 MB of one-character lines": lambda: short_lines(30_000_000),
    "zeros": lambda: b"\0" * 1_000_000,
    "base64 of nothing but strays": lambda: (
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b"%=" * 2_000_000
    ),
    "base64 that is padding": lambda: (
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QQ==\r\n" * 1_000_000
    ),
    "uuencode without end": lambda: (
        b"Content-Transfer-Encoding: uuencode\r\n\r\nbegin 644 x\r\n"
        + b"M" * 3_000_000
        + b"\r\nx" * 1_000_000
    ),
    "30 MB of undeclared Cyrillic": lambda: (
        HEAD + b"\r\n" + "Привет ".encode("cp1251") * 4_300_000
    ),
    "10 MB of UTF-7": lambda: (
        HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+BB8-" * 2_000_000
    ),
    "20 MB of ISO-2022-JP": lambda: (
        HEAD
        + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
        + b"\x1b$B%F\x1b(Ba" * 2_200_000
    ),
    "30 MB of quoted-printable": lambda: (
        HEAD
        + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + b"=D0=9F= \t \r\n" * 2_500_000
    ),
    "500,000 lines of quotes": lambda: HEAD + b"\r\n" + b"> > > > x\r\ny\r\n" * 250_000,
    "100,000 lines that introduce a quote": lambda: (
        HEAD + b"\r\n" + b"On Mon, 2 Mar 2026 12:00, A <a@b.c> wrote:\r\n" * 100_000
    ),
    "100,000 headers of forwarded mails": lambda: (
        HEAD + b"\r\n" + b"From: a@b.c\r\nSent: today\r\nSubject: x\r\n" * 35_000
    ),
    "a line of 30 MB": lambda: HEAD + b"\r\n" + b"x" * 30_000_000,
    "signs of a quote in one line": lambda: HEAD + b"\r\n" + b">" * 5_000_000,
}
