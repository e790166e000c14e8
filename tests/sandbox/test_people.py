"""What people do reaches the bot in the shapes the real server uses."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from tests.sandbox.pictures import png
from tests.sandbox.stage import (
    ANNA,
    GROUP,
    OLGA,
    PYOTR,
    SILENT,
    ControlError,
    Stage,
    play,
)


async def last(stage: Stage) -> Update:
    """Return the newest update as python-telegram-bot reads it."""
    raw = (await stage.updates(offset=-1))[0]
    update = Update.de_json(raw, stage.bot)
    assert update.api_kwargs == {}
    return update


def test_a_first_message_starts_the_private_chat() -> None:
    async def scene(stage: Stage) -> None:
        await stage.write(SILENT, SILENT, "/start abc")
        message = (await last(stage)).message
        assert message
        assert (message.chat.type, message.chat.id) == ("private", SILENT)
        assert message.entities[0].type == "bot_command"
        assert message.from_user
        assert message.from_user.language_code == "ru"
        await stage.bot.send_message(SILENT, "Здравствуйте")

    play(scene)


def test_who_never_started_the_bot_can_only_start_it() -> None:
    async def scene(stage: Stage) -> None:
        with pytest.raises(ControlError, match="not started"):
            await stage.write(SILENT, SILENT, "Здравствуйте")
        with pytest.raises(ControlError, match="at most 64"):
            await stage.post(f"users/{SILENT}/start", payload="два слова")
        started = await stage.post(f"users/{SILENT}/start", payload="a-b_C1")
        assert started["text"] == "/start a-b_C1"
        message = (await last(stage)).message
        assert message
        assert message.text == "/start a-b_C1"
        await stage.write(SILENT, SILENT, "Здравствуйте")

    play(scene)


def test_private_chats_share_a_counter_and_groups_have_their_own() -> None:
    async def scene(stage: Stage) -> None:
        first = await stage.write(OLGA, OLGA, "один")
        second = await stage.write(SILENT, SILENT, "/start")
        other = await stage.write(ANNA, GROUP, "три")
        assert (first["id"], second["id"], other["id"]) == (1, 2, 2)

    play(scene)


def test_a_pressed_button_waits_for_its_toast() -> None:
    async def scene(stage: Stage) -> None:
        keyboard = InlineKeyboardMarkup(
            [
                [InlineKeyboardButton("Взять", callback_data="take")],
                [InlineKeyboardButton("Сайт", url="https://example.org")],
            ]
        )
        sent = await stage.bot.send_message(GROUP, "карточка", reply_markup=keyboard)
        path = f"chats/{GROUP}/messages/{sent.id}/press"
        press = asyncio.create_task(stage.post(path, user_id=PYOTR, button=0))
        await asyncio.sleep(0.05)
        query = (await last(stage)).callback_query
        assert query
        assert (query.data, query.from_user.id) == ("take", PYOTR)
        assert query.message
        assert query.message.message_id == sent.id
        await query.answer("Заявка ваша")
        result = await press
        assert result["answer"]["text"] == "Заявка ваша"
        again = await stage.post(path, user_id=ANNA, data="take", wait=0)
        assert again["answer"] is None
        assert (await stage.get(f"callbacks/{again['id']}"))["data"] == "take"
        with pytest.raises(ControlError, match="no such button"):
            await stage.post(path, user_id=ANNA, button=1)

    play(scene)


def test_two_who_press_at_once_are_two_queries() -> None:
    async def scene(stage: Stage) -> None:
        button = InlineKeyboardButton("x", callback_data="d")
        keyboard = InlineKeyboardMarkup([[button]])
        sent = await stage.bot.send_message(GROUP, "карточка", reply_markup=keyboard)
        path = f"chats/{GROUP}/messages/{sent.id}/press"
        presses = [stage.post(path, user_id=who, wait=0) for who in (ANNA, PYOTR)]
        first, second = await asyncio.gather(*presses)
        assert first["id"] != second["id"]
        assert len(await stage.updates()) == 2

    play(scene)


def test_an_album_comes_in_parts_with_a_gap() -> None:
    async def scene(stage: Stage) -> None:
        began = monotonic()
        parts = await stage.upload(
            OLGA, OLGA, ("1.txt", b"1"), ("2.txt", b"2"), text="два файла", gap=0.2
        )
        assert monotonic() - began >= 0.2
        updates = await stage.updates()
        groups = {update["message"]["media_group_id"] for update in updates}
        assert groups == {parts[0]["album"]}
        assert updates[0]["message"]["caption"] == "два файла"
        assert "caption" not in updates[1]["message"]
        late = await stage.upload(OLGA, OLGA, ("3.txt", b"3"), album=groups.pop())
        assert late[0]["album"] == parts[0]["album"]

    play(scene)


def test_a_persons_photo_and_large_file_come_through() -> None:
    async def scene(stage: Stage) -> None:
        await stage.upload(OLGA, OLGA, ("п.png", png(4, 3)), kind="photo", text="вид")
        message = (await last(stage)).message
        assert message
        assert (message.photo[-1].width, message.caption) == (4, "вид")
        await stage.upload(OLGA, OLGA, ("большой.bin", bytes(30_000_000)))
        message = (await last(stage)).message
        assert message
        assert message.document
        assert message.document.file_size == 30_000_000

    play(scene)


def test_an_edit_is_told_even_if_nothing_shows() -> None:
    async def scene(stage: Stage) -> None:
        written = await stage.write(OLGA, OLGA, "было")
        path = f"chats/{OLGA}/messages/{written['id']}"
        await stage.post(path, text="стало")
        edited = (await last(stage)).edited_message
        assert edited
        assert edited.text == "стало"
        await stage.post(path)
        touched = (await last(stage)).edited_message
        assert touched
        assert touched.text == "стало"
        assert touched.edit_date

    play(scene)


def test_a_deletion_is_not_told() -> None:
    async def scene(stage: Stage) -> None:
        written = await stage.write(OLGA, OLGA, "x")
        await stage.delete(f"chats/{OLGA}/messages/{written['id']}")
        assert len(await stage.updates()) == 1
        assert (await stage.get(f"chats/{OLGA}/messages"))[0]["deleted"]

    play(scene)


def test_an_anonymous_admin_is_the_group() -> None:
    async def scene(stage: Stage) -> None:
        await stage.write(ANNA, GROUP, "x", anonymous=True)
        message = (await last(stage)).message
        assert message
        assert message.from_user
        assert message.from_user.id == 1087968824
        assert message.sender_chat
        assert message.sender_chat.id == GROUP

    play(scene)


def test_blocking_and_unblocking_is_told() -> None:
    async def scene(stage: Stage) -> None:
        for blocked, status in ((True, "kicked"), (False, "member")):
            await stage.post(f"users/{OLGA}", blocked=blocked)
            change = (await last(stage)).my_chat_member
            assert change
            assert change.new_chat_member.status == status
        await stage.post(f"users/{OLGA}", blocked=True)
        with pytest.raises(ControlError, match="blocked"):
            await stage.write(OLGA, OLGA, "x")

    play(scene)


@pytest.mark.parametrize(
    ("who", "chat", "more", "words"),
    [
        (OLGA, GROUP, {}, "not in the group"),
        (999, GROUP, {}, "no user 999"),
        (ANNA, -5, {}, "no chat -5"),
        (ANNA, OLGA, {}, "another person"),
        (ANNA, GROUP, {"thread": 77}, "no topic 77"),
        (ANNA, GROUP, {"reply_to": 77}, "no message 77"),
        (ANNA, GROUP, {"shout": True}, "shout"),
        (PYOTR, GROUP, {"anonymous": True}, "only an administrator"),
    ],
)
def test_what_a_person_cannot_do_is_refused(
    who: int, chat: int, *, more: dict[str, object], words: str
) -> None:
    async def scene(stage: Stage) -> None:
        with pytest.raises(ControlError, match=words):
            await stage.write(who, chat, "x", **more)

    play(scene)


def test_topics_by_hand_are_told_with_the_persons_name() -> None:
    async def scene(stage: Stage) -> None:
        made = await stage.post(f"chats/{GROUP}/topics", user_id=ANNA, name="Своя")
        path = f"chats/{GROUP}/topics/{made['id']}"
        for action in ("close", "reopen"):
            await stage.post(path, user_id=ANNA, action=action)
        await stage.post(path, user_id=ANNA, action="rename", name="Другая")
        messages = [update["message"] for update in await stage.updates()]
        assert {message["from"]["id"] for message in messages} == {ANNA}
        assert messages[-1]["forum_topic_edited"] == {"name": "Другая"}
        with pytest.raises(ControlError, match="may not manage topics"):
            await stage.post(path, user_id=PYOTR, action="close")

    play(scene)
