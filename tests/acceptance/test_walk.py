"""Each of the desk's people walks their way on the sandbox's page, in a browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from app.demo.desk import MANAGER, Desk, until
from tests.sandbox.test_page import CHROMIUM, NARROW, WIDE, browsing, fits

#: Where pictures of each stop are left, for people to look at.
PICTURES = os.environ.get("WALK_PICTURES")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    if CHROMIUM is None:
        words = "the page is walked in chromium: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    with Desk(tmp_path / "desk") as opened:
        yield opened


def test_everybody_walks_their_way(desk: Desk) -> None:
    async def walk() -> None:
        async with browsing(WIDE) as page:
            await page.goto(desk.page_url)
            await partner_writes(page)
            await specialist_takes_and_answers(page)
            await partner_reads_and_replies(page)
            await partner_writes_in_telegram(page)
            await asyncio.to_thread(digest, desk)
            await manager_reads(page)
            await bus_has_it_all(page)
            await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
            await it_all_fits_a_telephone(page)

    asyncio.run(walk())
    said = until(lambda: settled(desk), "an audit with nothing pending")
    assert said["difference"] == said["parked"] == 0
    assert said["ticket"] == 2


def settled(desk: Desk) -> dict[str, int] | None:
    said: dict[str, int] = desk.command("audit")
    return None if said["pending"] else said


def digest(desk: Desk) -> None:
    desk.command("digest", "send", "morning")
    until(lambda: desk.inbox(MANAGER), "the digest")


async def picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def partner_writes(page: Page) -> None:
    await page.click("#compose")
    await page.fill("#letter-subject", "Касса не открывается")
    await page.fill("#letter-text", "Добрый день! Касса пишет «ошибка 17».")
    await page.get_by_role("button", name="Отправить письмо").click()
    subjects = page.locator(".sheet .subject")
    await expect(subjects.first).to_contain_text("[NN-1] Касса не открывается")
    await picture(page, "1-partner")


async def specialist_takes_and_answers(page: Page) -> None:
    await page.locator("#chats .chat .name", has_text="NN-1").click()
    await expect(page.locator("#messages")).to_contain_text("ошибка 17")
    await page.get_by_role("button", name="Взять").click()
    await expect(page.locator("#messages")).to_contain_text("Анна Смирнова")
    await write(page, "Обновите до версии 3.1.4.")
    await expect(page.locator(".reaction", has_text="👌")).to_be_visible()
    await picture(page, "2-specialist")


async def partner_reads_and_replies(page: Page) -> None:
    await page.locator(".owner", has_text="ivanova@romashka.example").click()
    sheet = page.locator(".sheet", has_text="3.1.4").first
    await sheet.locator("summary").click()
    await picture(page, "3-answer")
    await sheet.get_by_role("button", name="Ответить", exact=True).click()
    await page.fill("#letter-text", "Спасибо, открылась!")
    await page.get_by_role("button", name="Отправить письмо").click()
    await expect(page.locator("#messages")).to_contain_text("Спасибо, открылась!")


async def partner_writes_in_telegram(page: Page) -> None:
    await page.locator("#chats .chat .name", has_text="Павел Орлов").click()
    await page.get_by_role("button", name="Запустить").click()
    await expect(page.locator("#messages")).to_contain_text("служба поддержки")
    await page.get_by_text("Меню").click()
    await page.get_by_role("button", name="/new Новое обращение").click()
    await expect(page.locator("#messages")).to_contain_text("следующим сообщением")
    await write(page, "Сканер не отвечает")
    await expect(page.locator("#messages")).to_contain_text("NN-2")
    await page.locator("#chats .chat .name", has_text="NN-2").click()
    await expect(page.locator("#messages")).to_contain_text("Сканер не отвечает")
    await write(page, "Переподключите его.")
    await page.locator("#chats .chat .name", has_text="Павел Орлов").click()
    await expect(page.locator("#messages")).to_contain_text("Переподключите его.")
    await picture(page, "4-telegram")


async def manager_reads(page: Page) -> None:
    await page.locator(".owner", has_text=MANAGER.address).click()
    await page.locator(".sheet summary").first.click()
    letter = page.frame_locator("iframe").first
    await expect(letter.locator("img").first).to_be_visible()
    await picture(page, "5-manager")


async def bus_has_it_all(page: Page) -> None:
    await page.locator(".top [data-view=bus]").click()
    await page.fill("#stream", "NN-1")
    events = page.locator("#events .event")
    await expect(events.last).to_contain_text("opened")
    await expect(events.filter(has_text="stage-changed").first).to_be_visible()
    await picture(page, "6-bus")


async def it_all_fits_a_telephone(page: Page) -> None:
    async def look(view: str) -> None:
        await page.click(f".tabs [data-view={view}]")
        await picture(page, f"7-narrow-{view}")
        await fits(page)

    await look("bus")
    await page.locator(".event summary").first.click()
    await fits(page)
    await look("mail")
    await page.locator(".owner", has_text="ivanova@romashka.example").click()
    sheets = page.locator(".sheet")
    await expect(sheets.filter(has_text="сводка")).to_have_count(0)
    await sheets.filter(has_text="подтверждение").locator("> summary").click()
    await picture(page, "7-narrow-letter")
    await fits(page)
    answer = page.get_by_role("button", name="Ответить", exact=True)
    await answer.filter(visible=True).first.click()
    await expect(page.locator("#letter")).to_be_visible()
    await fits(page)
    await look("chats")
    await page.locator("#chats .chat .name", has_text="NN-1").click()
    newest = page.locator(".message").last
    await newest.hover()
    await newest.get_by_role("button", name="Ответить").click()
    await expect(page.locator("#answering")).to_be_visible()
    await look("talk")


async def write(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.get_by_role("button", name="Отправить", exact=True).click()
    await expect(page.locator("#messages")).to_contain_text(text)
