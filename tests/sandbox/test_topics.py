"""Topics: their messages, rights, closing and vanishing."""

from __future__ import annotations

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.sandbox.stage import (
    ANNA,
    GROUP,
    OLGA,
    PYOTR,
    ControlError,
    Stage,
    play,
)


def test_a_plain_message_in_a_topic_replies_to_its_creation() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        sent = await stage.bot.send_message(GROUP, "x", message_thread_id=thread)
        assert sent.message_thread_id == thread
        assert sent.is_topic_message
        assert sent.reply_to_message
        assert sent.reply_to_message.message_id == thread
        assert sent.reply_to_message.forum_topic_created
        answer = await stage.write(ANNA, GROUP, "y", thread=thread, reply_to=sent.id)
        assert answer["message"]["reply_to_message"]["message_id"] == sent.id

    play(scene)


def test_general_is_addressed_by_no_thread() -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_message(GROUP, "x")
        assert sent.message_thread_id is None
        assert not sent.is_topic_message
        assert sent.reply_to_message is None

    play(scene)


def test_an_answer_goes_to_the_topic_of_what_it_answers() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        asked = await stage.write(ANNA, GROUP, "x", thread=thread)
        answer = await stage.bot.send_message(
            GROUP, "y", reply_to_message_id=asked["id"]
        )
        assert answer.message_thread_id == thread

    play(scene)


def test_a_long_name_is_silently_cut() -> None:
    async def scene(stage: Stage) -> None:
        made = await stage.bot.create_forum_topic(GROUP, "я" * 200)
        assert made.name == "я" * 128

    play(scene)


def test_the_bots_own_service_messages_come_back_and_its_words_do_not() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        sent = await stage.bot.send_message(GROUP, "x", message_thread_id=thread)
        await stage.bot.edit_forum_topic(GROUP, thread, name="другое")
        await stage.bot.close_forum_topic(GROUP, thread)
        await stage.bot.reopen_forum_topic(GROUP, thread)
        await stage.bot.pin_chat_message(GROUP, sent.id)
        messages = [update["message"] for update in await stage.updates()]
        assert all(one["from"]["id"] == stage.bot.id for one in messages)
        kinds = [set(message) for message in messages]
        expected = ["created", "edited", "closed", "reopened"]
        for kind, message in zip(expected, kinds[:4], strict=True):
            assert f"forum_topic_{kind}" in message
        assert messages[4]["pinned_message"]["message_id"] == sent.id
        assert len(messages) == 5

    play(scene)


def test_no_change_of_a_topic_is_an_error() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic("имя")
        with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
            await stage.bot.edit_forum_topic(GROUP, thread, name="имя")
        with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
            await stage.bot.reopen_forum_topic(GROUP, thread)
        await stage.bot.close_forum_topic(GROUP, thread)
        with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
            await stage.bot.close_forum_topic(GROUP, thread)

    play(scene)


def test_the_icon_can_be_changed_to_one_of_the_offered() -> None:
    async def scene(stage: Stage) -> None:
        stickers = await stage.bot.get_forum_topic_icon_stickers()
        icon = stickers[0].custom_emoji_id
        thread = await stage.topic()
        await stage.bot.edit_forum_topic(GROUP, thread, icon_custom_emoji_id=icon)
        topics = await stage.get(f"chats/{GROUP}/topics")
        assert topics[0]["icon_custom_emoji_id"] == icon

    play(scene)


def test_a_closed_topic_is_shut_for_members_but_not_for_the_bot() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        await stage.post(f"chats/{GROUP}/topics/{thread}", user_id=ANNA, action="close")
        with pytest.raises(ControlError, match="TOPIC_CLOSED"):
            await stage.write(PYOTR, GROUP, "x", thread=thread)
        await stage.write(ANNA, GROUP, "x", thread=thread)
        await stage.bot.send_message(GROUP, "x", message_thread_id=thread)

    play(scene)


def test_a_bot_without_rights_cannot_write_into_anothers_closed_topic() -> None:
    async def scene(stage: Stage) -> None:
        made = await stage.post(f"chats/{GROUP}/topics", user_id=ANNA, name="x")
        thread = made["id"]
        await stage.post(f"chats/{GROUP}/topics/{thread}", user_id=ANNA, action="close")
        await stage.post(f"chats/{GROUP}/members", status="administrator")
        with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
            await stage.bot.send_message(GROUP, "x", message_thread_id=thread)

    play(scene)


def test_a_bot_that_lost_its_rights_is_told_and_refused() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        other = await stage.post(f"chats/{GROUP}/topics", user_id=ANNA, name="x")
        sent = await stage.bot.send_message(GROUP, "x")
        await stage.post(f"chats/{GROUP}/members", status="administrator")
        change = (await stage.updates(offset=-1))[0]["my_chat_member"]
        assert change["new_chat_member"]["can_manage_topics"] is False
        with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
            await stage.topic()
        with pytest.raises(BadRequest, match="Not enough rights to edit the topic"):
            await stage.bot.edit_forum_topic(GROUP, other["id"], name="y")
        with pytest.raises(BadRequest, match="Not enough rights to manage pinned"):
            await stage.bot.pin_chat_message(GROUP, sent.id)
        await stage.bot.close_forum_topic(GROUP, thread)  # it is its own

    play(scene)


@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "by the bot"])
def test_a_deleted_topic_takes_its_messages_and_tells_nobody(*, by_hand: bool) -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        sent = await stage.bot.send_message(GROUP, "x", message_thread_id=thread)
        seen = (await stage.updates())[-1]["update_id"]
        if by_hand:
            await stage.post(
                f"chats/{GROUP}/topics/{thread}", user_id=ANNA, action="delete"
            )
        else:
            await stage.bot.delete_forum_topic(GROUP, thread)
        assert await stage.updates(offset=seen + 1) == []
        with pytest.raises(BadRequest, match="Message thread not found"):
            await stage.bot.send_message(GROUP, "x", message_thread_id=thread)
        with pytest.raises(BadRequest, match=r"(?i)topic_id_invalid"):
            await stage.bot.edit_forum_topic(GROUP, thread, name="y")
        with pytest.raises(BadRequest, match="Message to edit not found"):
            await sent.edit_text("y")

    play(scene)


def test_the_first_message_of_a_topic_cannot_be_deleted() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        await stage.bot.close_forum_topic(GROUP, thread)
        with pytest.raises(BadRequest, match="Message can't be deleted"):
            await stage.bot.delete_message(GROUP, thread)
        assert await stage.bot.delete_message(GROUP, thread + 1)

    play(scene)


def test_thread_ids_mean_nothing_in_a_group_without_topics() -> None:
    async def scene(stage: Stage) -> None:
        made = await stage.post("groups", title="Простая", forum=False)
        sent = await stage.bot.send_message(made["id"], "x", message_thread_id=77)
        assert sent.message_thread_id is None

    play(scene)


def test_a_group_that_moved_names_its_new_id() -> None:
    async def scene(stage: Stage) -> None:
        moved = await stage.post(f"chats/{GROUP}/migrate", to=-1002)
        with pytest.raises(ChatMigrated) as told:
            await stage.bot.send_message(GROUP, "x")
        assert told.value.new_chat_id == moved["id"] == -1002
        await stage.bot.send_message(-1002, "x")
        first, second = [update["message"] for update in await stage.updates()]
        assert first["migrate_to_chat_id"] == -1002
        assert second["migrate_from_chat_id"] == GROUP

    play(scene)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("kicked", "bot was kicked from the supergroup chat"),
        ("left", "bot is not a member of the supergroup chat"),
    ],
)
def test_a_bot_that_is_out_of_the_group_is_forbidden(status: str, words: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.post(f"chats/{GROUP}/members", status=status)
        with pytest.raises(Forbidden, match=words):
            await stage.bot.send_message(GROUP, "x")

    play(scene)


def test_leaving_is_told_and_final() -> None:
    async def scene(stage: Stage) -> None:
        await stage.bot.leave_chat(GROUP)
        change = (await stage.updates())[0]["my_chat_member"]
        assert change["new_chat_member"]["status"] == "left"
        with pytest.raises(Forbidden):
            await stage.bot.send_message(GROUP, "x")
        assert (await stage.bot.get_chat(OLGA)).first_name == "Ольга"

    play(scene)
