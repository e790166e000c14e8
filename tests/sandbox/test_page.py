"""A person uses the page in a real browser, wide and narrow."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from tests.sandbox.stage import ANNA, GROUP, OLGA, PYOTR, Stage, play
from tests.sandbox.test_mail import put, smtp_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDE = (1400, 900)
NARROW = (390, 844)
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Взять", callback_data="take")]])
REFUSED = "the server responded with a status of 400"  # shown as a toast
HOSTILE = "<img src=x onerror=\"document.title='бит'\"> & <b>жирно</b>"


@pytest.fixture(autouse=True)
def chromium() -> None:
    if CHROMIUM is None:
        words = "the page is tried in chromium: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)


@asynccontextmanager
async def browsing(size: tuple[int, int]) -> AsyncIterator[Page]:
    """Open a page that may not complain on its console."""
    complaints: list[str] = []
    width, height = size
    async with async_playwright() as player:
        browser = await player.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport={"width": width, "height": height})
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await browser.close()
    assert [one for one in complaints if REFUSED not in one] == []


async def answer_presses(stage: Stage) -> None:
    """Serve as the bot of the test: one press, one toast."""
    offset = 0
    while True:
        for update in await stage.updates(offset=offset, timeout=5):
            offset = update["update_id"] + 1
            query = update.get("callback_query")
            if query:
                await stage.bot.answer_callback_query(query["id"], "Заявка ваша")


def test_a_specialist_writes_presses_and_sees_a_reaction() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic("NN-1 Накладная")
        await stage.bot.send_message(
            GROUP, HOSTILE, message_thread_id=thread, reply_markup=KEYS
        )
        bot = asyncio.create_task(answer_presses(stage))
        async with browsing(WIDE) as page:
            await page.goto(stage.sandbox.page_url)
            await page.get_by_role("button", name="NN-1 Накладная").click()
            await expect(page.locator("#title")).to_have_text("NN-1 Накладная")
            await expect(page.locator(".body")).to_have_text(HOSTILE)
            await page.select_option("#author", str(ANNA))
            await page.fill("#text", "Добрый день!")
            await page.press("#text", "Enter")
            own = page.locator(".message.own")
            await expect(own.locator(".body")).to_have_text("Добрый день!")
            written = (await stage.get(f"chats/{GROUP}/messages"))[-1]
            assert (written["from"]["id"], written["thread"]) == (ANNA, thread)
            await page.get_by_role("button", name="Взять").click()
            await expect(page.locator("#toast")).to_have_text("Заявка ваша")
            await stage.bot.set_message_reaction(GROUP, written["id"], "👌")
            await expect(own.locator(".reaction")).to_have_text("👌")
            await page.get_by_role("button", name="Закрыть тему").click()
            await expect(page.locator("#deeds")).to_have_text("Открыть тему")
            await page.select_option("#author", str(PYOTR))
            await page.fill("#text", "мимо")
            await page.click(".send")
            await expect(page.locator("#toast")).to_contain_text("Тема закрыта")
            assert await page.title() == "Заявка: песочница"
        bot.cancel()

    play(scene)


def test_a_partner_answers_and_sends_a_file_on_a_narrow_screen(tmp_path: Path) -> None:
    act = tmp_path / "акт.txt"
    act.write_text("сверка")

    async def scene(stage: Stage) -> None:
        await stage.write(OLGA, OLGA, "/start")
        asked = await stage.bot.send_message(OLGA, "Что случилось?")
        async with browsing(NARROW) as page:
            await page.goto(stage.sandbox.page_url)
            await page.get_by_role("button", name="Ольга").click()
            question = page.locator(f"#m{asked.id}")
            await question.hover()
            await question.get_by_role("button", name="Ответить").click()
            await page.set_input_files("#files", act)
            await page.fill("#text", "Вот акт")
            await page.click(".send")
            link = page.locator("a.file")
            await expect(link).to_contain_text("акт.txt")
            async with page.expect_download() as download:
                await link.click()
            saved = await (await download.value).path()
            assert await asyncio.to_thread(saved.read_text) == "сверка"
            update = (await stage.updates())[-1]["message"]
            assert update["reply_to_message"]["message_id"] == asked.id
            assert update["caption"] == "Вот акт"
            for view in ("chats", "talk", "mail"):
                await page.click(f".tabs [data-view={view}]")
                width = await page.evaluate("document.documentElement.scrollWidth")
                assert width == NARROW[0]

    play(scene)


def test_mail_is_read_and_answered(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    put(folder, "[NN-1] Принято")
    with smtp_server() as (inbox, port):

        async def scene(stage: Stage) -> None:
            async with browsing(WIDE) as page:
                await page.goto(stage.sandbox.page_url)
                await page.get_by_text("[NN-1] Принято").click()
                await expect(page.locator(".letter-body")).to_contain_text(
                    "Здравствуйте!"
                )
                put(folder, "[NN-1] Ещё", at="Mon, 23 Nov 2026 11:00:00 +0300")
                first = page.locator(".sheet .subject").first
                await expect(first).to_have_text("[NN-1] Ещё")
                await page.get_by_role("button", name="Ответить письмом").click()
                await page.fill("#letter-text", "Спасибо")
                await page.get_by_role("button", name="Отправить письмо").click()
                await expect(page.locator("#toast")).to_contain_text("Письмо принято")
            content = inbox.letters[0].content
            assert isinstance(content, bytes)
            assert b"To: support@example.org" in content
            assert inbox.letters[0].mail_from == "olga@romashka.example"

        play(scene, mail_dir=folder, smtp=("127.0.0.1", port))


def test_a_partner_starts_the_bot_and_opens_a_link_from_a_letter(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "sent"

    async def scene(stage: Stage) -> None:
        name = stage.sandbox.telegram.bot.username
        link = f"https://t.me/{name}?start=a-b_C"
        put(folder, "[NN-1] Принято", text=f"Писать можно и в Telegram: {link}")
        async with browsing(WIDE) as page:
            await page.goto(stage.sandbox.page_url)
            await page.locator("#chats").get_by_role("button", name="Нина").click()
            await expect(page.locator("#composer")).to_be_hidden()
            await page.get_by_role("button", name="Запустить").click()
            await expect(page.locator(".message.own .body")).to_have_text("/start")
            await expect(page.locator("#composer")).to_be_visible()
            await page.get_by_text("[NN-1] Принято").click()
            await page.get_by_role("button", name="Открыть в Telegram: Ольга").click()
            await expect(page.locator("#title")).to_have_text("Ольга")
            await expect(page.locator(".body")).to_have_text("/start a-b_C")

    play(scene, mail_dir=folder)
