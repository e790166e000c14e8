"""Mails made to hurt their reader, one function a kind, by what each does."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mail import parse

_HEAD = b"From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\n"


def nested(depth: int) -> bytes:
    lines = [_HEAD]
    for level in range(depth):
        lines.append(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % level)
        lines.append(b"--b%d\r\n" % level)
    return b"".join(lines) + b"Content-Type: text/plain\r\n\r\nhidden\r\n"


def many_parts(count: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    head = _HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + part * count + b"--b--\r\n"


def same_boundary(depth: int) -> bytes:
    line = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    return _HEAD + line * depth + b"\r\nx\r\n"


def encoded_words(count: int) -> bytes:
    return _HEAD + b"Subject:" + b" =?utf-8?B?0L/RgNC4?=" * count + b"\r\n\r\nx"


def broken_words(count: int) -> bytes:
    return _HEAD + b"Subject: " + b"=?a?q?x" * count + b"\r\n\r\nx"


def parameters(count: int) -> bytes:
    many = b"".join(b";\r\n p%d=v" % number for number in range(count))
    return _HEAD + b"Content-Type: text/plain" + many + b"\r\n\r\nx"


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


def short_lines(size: int) -> bytes:
    return _HEAD + b"\r\n" + b"x\r\n" * (size // 3)


def tall_html(count: int) -> bytes:
    return _html(b"<div><p>" * count)


def open_fonts(count: int) -> bytes:
    fonts = b"".join(b"<font size=%d>" % number for number in range(count))
    return _html(fonts + b"<p>x" * count)


def open_scripts(count: int) -> bytes:
    return _html(b"<script><b>" * count)


def crossed_links(count: int) -> bytes:
    return _html(b"<a href=http://example.org/><b>x<table>" * count)


def bracket_html(count: int) -> bytes:
    return _html(b"<" * count + b"<!--" * count + b"<a b=" * count)


def tags_without_end(count: int) -> bytes:
    return _html(b"<p \"'" * count)


def _html(page: bytes) -> bytes:
    return _HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page


KINDS: dict[str, Callable[[], bytes]] = {
    "nested 500 deep": lambda: nested(500),
    "nested 10,000 deep": lambda: nested(10_000),
    "100,000 parts": lambda: many_parts(100_000),
    "one boundary nested 5,000 times": lambda: same_boundary(5000),
    "20,000 encoded words": lambda: encoded_words(20_000),
    "20,000 broken encoded words": lambda: broken_words(20_000),
    "20,000 parameters": lambda: parameters(20_000),
    "20,000 recipients": lambda: recipients(20_000),
    "50,000 references": lambda: references(50_000),
    "20,000 nested comments": lambda: comments(20_000),
    "30,000 open quotes": lambda: open_quotes(30_000),
    "30 MB of one-character lines": lambda: short_lines(30_000_000),
    "a subject of 10 MB": lambda: b"Subject: " + b"x" * 10_000_000 + b"\r\n\r\nx",
    "a million headers": lambda: b"a:\n" * 1_000_000 + b"\nx",
    "a header name of 5 MB": lambda: b"a" * 5_000_000 + b": b\n\nx",
    "a million header lines without colon": lambda: b"From: a@b\n" + b"x\n" * 1_000_000,
    "tall HTML": lambda: tall_html(60_000),
    "many open fonts": lambda: open_fonts(20_000),
    "many open scripts": lambda: open_scripts(60_000),
    "many crossed links": lambda: crossed_links(20_000),
    "many brackets": lambda: bracket_html(100_000),
    "tags without end": lambda: tags_without_end(100_000),
    "many list items": lambda: _html(b"<ul><li>x" * 90_000),
    "many table cells": lambda: _html(b"<table>" + b"<tr><td>x" * 90_000),
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
    "no-break blanks": lambda: _html(b"x" + b"&nbsp;" * 160_000 + b"x"),
    "quotes in quotes": lambda: _html(
        b'<blockquote type="cite">' * 290 + b"x<br>" * 100_000
    ),
    "no header": lambda: b"\r\n\r\n\r\n",
    "nothing": lambda: b"",
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
}


def main() -> None:
    """Read each kind; print name to [seconds, peak memory so far in MB] as JSON."""
    figures = {}
    for name, make in KINDS.items():
        raw = make()
        before = time.process_time()
        parse.read(raw)
        seconds = time.process_time() - before
        peak = peak_memory()
        figures[name] = (seconds, peak)
    json.dump(figures, sys.stdout)


def peak_memory() -> int:
    """Return the process's own peak in MiB.

    Not getrusage's: that counts what the parent held when it forked us.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(one for one in status.splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    main()
