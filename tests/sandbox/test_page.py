"""A person uses the page in a real browser, wide and narrow."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope
from playwright.async_api import FrameLocator, Page, async_playwright, expect
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from tests.sandbox.stage import ANNA, GROUP, OLGA, PYOTR, Stage, play
from tests.sandbox.test_feed import line
from tests.sandbox.test_mail import put, smtp_server
from tests.sandbox.test_mail_html import charted, post
from tests.sandbox.test_mailboxes import IVAN, send

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
#: A busy machine may take its time.
expect.set_options(timeout=30_000)
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
async def browsing(size: tuple[int, int], *, quiet: bool = True) -> AsyncIterator[Page]:
    """Open a page; a ``quiet`` one may not complain on its console."""
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
    assert not quiet or [one for one in complaints if REFUSED not in one] == []


#: What of the page reaches out of the window, and so out of reach.
OUTSIDE = """() => [document.documentElement, ...document.querySelectorAll("body *")]
  .filter((one) => one.checkVisibility() && !one.closest(".hidden"))
  .filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    const wide = one === document.documentElement && one.scrollWidth > innerWidth;
    return wide || left < -1 || right > innerWidth + 1;
  })
  .map((one) => `${one.tagName} #${one.id} .${one.className}`)"""


async def fits(page: Page) -> None:
    """See that everything that is shown can be reached without scrolling sideways."""
    assert await page.evaluate(OUTSIDE) == []


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
        asked = await stage.bot.send_message(OLGA, f"Что случилось? {'Ясно ' * 40}")
        async with browsing(NARROW) as page:
            await page.goto(stage.sandbox.page_url)
            await page.get_by_role("button", name="Ольга").click()
            question = page.locator(f"#m{asked.id}")
            await question.hover()
            await question.get_by_role("button", name="Ответить").click()
            await fits(page)
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
            for view in ("chats", "talk", "mail", "bus"):
                await page.click(f".tabs [data-view={view}]")
                await fits(page)

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
                await page.get_by_role("button", name="Ответить").click()
                await page.fill("#letter-text", "Спасибо")
                await page.get_by_role("button", name="Отправить письмо").click()
                await expect(page.locator("#toast")).to_contain_text("Письмо принято")
            content = inbox.letters[0].content
            assert isinstance(content, bytes)
            assert b"To: support@example.org" in content
            assert inbox.letters[0].mail_from == "olga@romashka.example"

        play(scene, mail_dir=folder, smtp=("127.0.0.1", port))


OLGAS = "olga@romashka.example"
DIGEST = '<h1>Сводка</h1><img id="chart" src="cid:chart.1@digest">'


def test_a_person_opens_a_mailbox_and_sees_the_chart(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    send(folder, "[NN-1] Принято", IVAN, Auto_Submitted="auto-replied")
    post(folder, charted(DIGEST))

    async def scene(stage: Stage) -> None:
        async with browsing(WIDE) as page:
            await page.goto(stage.sandbox.page_url)
            owners = page.locator(".owner")
            await expect(owners).to_have_text(
                ["Все2", "orlova@example.org1", f"{IVAN}1"]
            )
            await owners.nth(2).click()
            sheet = page.locator(".sheet")
            await expect(sheet).to_have_count(1)  # the click's answer is there
            await expect(sheet.locator(".subject")).to_have_text("[NN-1] Принято")
            await expect(sheet.locator(".mark")).to_have_text("подтверждение")
            await owners.nth(1).click()
            await expect(sheet.locator(".mark")).to_have_text("сводка")
            await sheet.locator(".subject").click()
            letter = page.frame_locator("iframe")
            await expect(letter.locator("h1")).to_have_text("Сводка")
            chart = letter.locator("#chart")
            await expect(chart).to_have_js_property("naturalWidth", 2)
            send(folder, "[NN-1] Ещё", IVAN)
            await expect(owners.nth(0)).to_have_text("Все3")
            await chart.evaluate("one => one.title = 'не загружено заново'")
            send(folder, "[NN-1] И ещё", IVAN)
            await expect(owners.nth(0)).to_have_text("Все4")
            assert await chart.get_attribute("title") == "не загружено заново"
            await page.get_by_role("button", name="Только текст").click()
            await expect(sheet.locator(".text")).to_have_text("Поступило 7")

    play(scene, mail_dir=folder)


def test_a_colleague_finds_the_letter_and_answers_all(tmp_path: Path) -> None:
    sent, written = tmp_path / "sent", tmp_path / "written"
    with smtp_server() as (inbox, port):

        async def scene(stage: Stage) -> None:
            async with browsing(NARROW) as page:
                await page.goto(stage.sandbox.page_url)
                await page.click(".tabs [data-view=mail]")
                await page.get_by_role("button", name="Написать").click()
                await page.fill("#letter-from", IVAN)
                await page.fill("#letter-cc", OLGAS)
                await page.fill("#letter-subject", "Касса")
                await page.fill("#letter-text", "Не печатает")
                await page.get_by_role("button", name="Отправить письмо").click()
                await page.get_by_role("button", name=IVAN).click()
                await page.get_by_text("Касса").click()
                answer = page.get_by_role("button", name="Ответить всем")
                await expect(page.locator(".sheet .text")).to_have_text("Не печатает")
                await expect(answer).to_have_count(0)
                await page.get_by_role("button", name=OLGAS).click()
                await answer.click()
                await expect(page.locator("#letter-cc")).to_have_value(IVAN)
                await page.fill("#letter-text", "И у меня")
                await page.get_by_role("button", name="Отправить письмо").click()
                await expect(page.locator(".sheet .subject")).to_have_text(
                    ["Re: Касса", "Касса"]
                )
            first, second = (text_of(one) for one in inbox.letters)
            known = first.partition("Message-ID: ")[2].split()[0]
            assert f"In-Reply-To: {known}" in second
            assert f"Cc: {IVAN}" in second
            assert "To: support@example.org" in second
            assert inbox.letters[1].mail_from == OLGAS

        play(
            scene,
            mail_dir=sent,
            written_dir=written,
            smtp=("127.0.0.1", port),
            support_address="support@example.org",
        )


def text_of(letter: Envelope) -> str:
    assert isinstance(letter.content, bytes)
    return letter.content.decode(errors="replace")


HARM = """
<title>письмо</title>
<base href="/sandbox/api/" target="_self">
<body onload="document.title = 'event'">
<meta http-equiv="refresh" content="0; url=/sandbox/api/users?refresh">
<script>parent.document.title = document.title = 'script'</script>
<img src="/sandbox/api/users?image" onerror="document.title = 'error'">
<p style="background: url(/sandbox/api/users?background)">
<style>@import '/sandbox/api/users?import';</style>
<link rel="stylesheet" href="/sandbox/api/users?stylesheet">
<iframe src="/sandbox/api/users?frame"></iframe>
<object data="/sandbox/api/users?object"></object>
<form action="/sandbox/api/users?form"><button>Нажмите кнопку</button></form>
<a href="/sandbox/api/users?link">Нажмите ссылку</a>
<a href="javascript:document.title = 'url'">Нажмите ещё</a>
"""


def test_a_hostile_mail_does_nothing(tmp_path: Path) -> None:
    key = post(tmp_path / "sent", charted(HARM))

    async def scene(stage: Stage) -> None:
        async with browsing(WIDE, quiet=False) as page:
            got: list[str] = []
            page.context.on("response", lambda answer: got.append(answer.url))
            await page.goto(stage.sandbox.page_url)
            await page.locator(".sheet .subject").click()
            await press_everything(page.frame_locator("iframe"))
            assert await page.title() == "Заявка: песочница"
            await page.goto(f"{stage.sandbox.url}/sandbox/api/mails/{key}/html")
            await press_everything(page)
            assert await page.title() == "письмо"
            assert [one for one in got if "users" in one] == []
            assert len([one for one in got if one.endswith("/html")]) == 2

    play(scene, mail_dir=tmp_path / "sent")


async def press_everything(letter: Page | FrameLocator) -> None:
    """Press what can be pressed, and wait for what must not come."""
    for number in range(3):
        await letter.get_by_text("Нажмите").nth(number).click()
    await asyncio.sleep(0.3)


def test_an_event_of_the_bus_comes_live(tmp_path: Path) -> None:
    bus = tmp_path / "bus.jsonl"
    bus.write_bytes(line(1) + line(2, ticket="CH-2"))

    async def scene(stage: Stage) -> None:
        await stage.topic("NN-1 Накладная")
        async with browsing(WIDE) as page:
            await page.goto(stage.sandbox.page_url)
            await page.locator(".sides [data-view=bus]").click()
            events = page.locator(".event")
            streams = events.locator("b")
            await expect(streams).to_have_text(["CH-2", "NN-1"])
            await page.get_by_role("button", name="NN-1 Накладная").click()
            await page.locator("#deeds").get_by_role("button", name="Шина").click()
            await expect(streams).to_have_text(["NN-1"])
            await asyncio.to_thread(extend, bus, line(3) + line(4)[:30])
            await expect(streams).to_have_text(["NN-1", "NN-1"])
            newest = events.first
            await expect(newest.locator(".type")).to_have_text("comment-added")
            await newest.locator("b").click()
            await expect(newest.locator("pre")).to_contain_text('"id": "e3"')
            await asyncio.to_thread(extend, bus, line(4)[30:])
            await expect(events).to_have_count(3)
            await expect(events.nth(1).locator("pre")).to_be_visible()
            await page.fill("#stream", "")
            await expect(events).to_have_count(4)

    play(scene, bus_paths=(bus,))


def extend(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


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
            await expect(page.locator("#menu")).to_be_hidden()
            await stage.bot.set_my_commands([("new", "Новая заявка")])
            await page.get_by_text("Меню").click()
            await page.get_by_role("button", name="Новая заявка").click()
            await expect(page.locator(".body").last).to_have_text("/new")
            await expect(page.locator("#commands")).to_be_hidden()

    play(scene, mail_dir=folder)
