"""Pages that a builder of trees would choke on."""

from __future__ import annotations

from tests.mail.hostile.kind import HEAD, Kinds


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
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page


PAGES: Kinds = {
    "tall HTML": lambda: tall_html(60_000),
    "many open fonts": lambda: open_fonts(20_000),
    "many open scripts": lambda: open_scripts(60_000),
    "many crossed links": lambda: crossed_links(20_000),
    "many brackets": lambda: bracket_html(100_000),
    "tags without end": lambda: tags_without_end(100_000),
    "many list items": lambda: _html(b"<ul><li>x" * 90_000),
    "many table cells": lambda: _html(b"<table>" + b"<tr><td>x" * 90_000),
    "no-break blanks": lambda: _html(b"x" + b"&nbsp;" * 160_000 + b"x"),
    "quotes in quotes": lambda: _html(
        b'<blockquote type="cite">' * 290 + b"x<br>" * 100_000
    ),
    "a picture of 20 MB in the page": lambda: _html(
        b'<img src="data:image/png;base64,' + b"A" * 20_000_000 + b'">'
    ),
    "a million entities": lambda: _html(b"&amp;&#1055;&nope;" * 300_000),
    "comments that never end": lambda: _html(b"<!--" * 500_000 + b"x"),
    "classes that look like quotes": lambda: _html(
        b'<div class="gmail_quote"><div class="gmail_attr">' * 140 + b"x<br>" * 50_000
    ),
    "signatures": lambda: _html(b'<div class="gmail_signature">x</div>' * 28_000),
    "a signature that never ends": lambda: _html(
        b'<div id="Signature">' + b"<div>x</div>" * 80_000
    ),
    "lines above quotes": lambda: _html(
        b"1.1.2026 10:00, I &lt;a@b.cc&gt;:<blockquote>x</blockquote>" * 18_000
    ),
}
