"""Our pages fit a narrow window and a wide one, and ask nothing of Outlook."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, sync_playwright

from mail.sending.digests import write_alone
from tests.mail import test_digests as digests
from tests.mail.test_notices import ACCEPTED, COMMENT, MARIA, mail_of, text_of
from tests.mail.test_quoting import QUOTING

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LONG = (
    "Здравствуйте!\n\n1. Выполните:\n\n    net stop spooler\n    del /Q "
    + "C:\\Windows\\System32\\spool\\PRINTERS\\" * 4
    + "\n\n- https://support.example.org/"
    + "kb/printers/" * 20
    + "?a=1&b=2\n"
)
KINDS = {
    "accepted": replace(ACCEPTED, chat_link="https://t.me/desk_bot?start=abc"),
    "answer": replace(QUOTING, comment=replace(COMMENT, text=LONG)),
    "resolved": replace(ACCEPTED, kind="resolved", who=MARIA),
    "closed": replace(ACCEPTED, kind="closed", who=MARIA),
    "reopened": replace(ACCEPTED, kind="reopened", who=MARIA),
}
#: What Word lays a page out by, and what it may pass over without harm.
UNDERSTOOD = {
    "background-color", "border", "border-left", "border-top", "color", "display",
    "font-family", "font-size", "font-weight", "line-height", "margin", "padding",
    "vertical-align", "white-space", "width",
}  # fmt: skip
HARMLESS = {
    "height", "max-width", "min-width", "overflow-wrap", "table-layout", "word-break",
    "word-wrap",
}  # fmt: skip


def page_of(kind: str, language: str) -> str:
    if kind == "digest":
        return write_alone(replace(digests.NOTICE, language=language), digests.TEXTS)
    return text_of(mail_of(KINDS[kind], language=language), "html")


ALL = [(kind, code) for kind in (*KINDS, "digest") for code in ("ru", "en")]


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_page_has_its_styles_where_they_apply(kind: str, language: str) -> None:
    page = page_of(kind, language)
    assert not re.search(r"<style|<link|<script|\bclass=", page)
    styles = re.findall(r'style="([^"]*)"', page)
    used = {
        one.partition(":")[0].strip()
        for style in styles
        for one in style.split(";")
        if one.strip()
    }
    assert used <= UNDERSTOOD | HARMLESS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        words = "pages are looked at in chromium: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_is_wider_than_the_window(browser: Browser, width: int) -> None:
    window = browser.new_page(viewport={"width": width, "height": 700})
    for kind, language in ALL:
        window.set_content(page_of(kind, language))
        shown = window.evaluate("document.documentElement.scrollWidth")
        assert shown == width, (kind, language)
    window.close()
