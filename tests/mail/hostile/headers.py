"""Headers too many, too long, or nested too deep."""

from __future__ import annotations

from tests.mail.hostile.kind import HEAD, Kinds


def encoded_words(count: int) -> bytes:
    return HEAD + b"Subject:" + b" =?utf-8?B?0L/RgNC4?=" * count + b"\r\n\r\nx"


def broken_words(count: int) -> bytes:
    return HEAD + b"Subject: " + b"=?a?q?x" * count + b"\r\n\r\nx"


def parameters(count: int) -> bytes:
    many = b"".join(b";\r\n p%d=v" % number for number in range(count))
    return HEAD + b"Content-Type: text/plain" + many + b"\r\n\r\nx"


def recipients(count: int) -> bytes:
    many = b",\r\n ".join(b"n%d <u%d@example.org>" % (i, i) for i in range(count))
    return b"From: a@example.org\r\nTo: " + many + b"\r\nSubject: s\r\n\r\nx"


def references(count: int) -> bytes:
    many = b"".join(b"\r\n <%d@example.org>" % number for number in range(count))
    return b"References:" + many + b"\r\nFrom: a@example.org\r\n\r\nx"


def comments(depth: int) -> bytes:
    return b"From: " + b"(" * depth + b")" * depth + b" a@example.org\r\n\r\nx"


def open_quotes(count: int) -> bytes:
    return b"From: " + b'\\"' * count + b" a@example.org\r\nTo: " + b'"' * count


HEADERS: Kinds = {
    "20,000 encoded words": lambda: encoded_words(20_000),
    "20,000 broken encoded words": lambda: broken_words(20_000),
    "20,000 parameters": lambda: parameters(20_000),
    "20,000 recipients": lambda: recipients(20_000),
    "50,000 references": lambda: references(50_000),
    "20,000 nested comments": lambda: comments(20_000),
    "30,000 open quotes": lambda: open_quotes(30_000),
    "a subject of 10 MB": lambda: b"Subject: " + b"x" * 10_000_000 + b"\r\n\r\nx",
    "a million headers": lambda: b"a:\n" * 1_000_000 + b"\nx",
    "a header name of 5 MB": lambda: b"a" * 5_000_000 + b": b\n\nx",
    "a million header lines without colon": lambda: b"From: a@b\n" + b"x\n" * 1_000_000,
    "blanks": lambda: (
        b"References:"
        + b" " * 60_000
        + b"\tx\r\nSubject: "
        + b" \t" * 8000
        + b"\r\nIn-Reply-To: "
        + b"x" * 60_000
        + b" \r\n\r\n"
    ),
    "a long parameter": lambda: b"Content-Type: a/b; " + b"x" * 16_000 + b"\r\n\r\n",
    "quotes and a last backslash": lambda: (
        b'From: "' + b'\\"' * 30_000 + b"\\\r\n\r\nx"
    ),
    "a file name in 50,000 sections": lambda: (
        HEAD
        + b"Content-Disposition: attachment"
        + b"".join(b"; filename*%d*=%%D0%%9E" % number for number in range(50_000))
        + b"\r\n\r\nx"
    ),
    "a file name of 10 MB": lambda: (
        b'Content-Disposition: attachment; filename="'
        + b"../" * 3_000_000
        + b'"\r\n\r\nx'
    ),
    "200,000 stray lines among headers": lambda: (
        b"From: a@example.org\n" + b"stray\nx-y: z\n" * 200_000 + b"\nx"
    ),
    "100,000 Received": lambda: (
        b"Received: from a by b; Mon, 2 Mar 2026 12:00:00 +0000\r\n" * 100_000
        + b"From: a@example.org\r\n\r\nx"
    ),
    "comments in 20,000 angle brackets": lambda: (
        b"From: a@example.org\r\nTo: " + b"<a(b)(c)@d>, " * 20_000 + b"\r\n\r\nx"
    ),
    "a date of 10 MB": lambda: b"Date: " + b"1 " * 5_000_000 + b"\r\n\r\nx",
}
