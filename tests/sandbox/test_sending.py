"""What the bot sends arrives as it was meant, and can be changed and removed."""

from __future__ import annotations

import pytest
from telegram import InputMediaDocument, InputMediaPhoto, MessageEntity
from telegram.error import BadRequest, Forbidden

from tests.sandbox.pictures import png
from tests.sandbox.stage import ANNA, GROUP, OLGA, Stage, play


def test_html_becomes_text_and_entities() -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_message(
            OLGA,
            "  <b>Ответ</b> &lt;по&gt; <a href='https://example.org'>ссылке</a>&nbsp; ",
            parse_mode="HTML",
        )
        assert sent.text == "Ответ <по> ссылке&nbsp;"
        kinds = [(one.type, one.offset, one.length) for one in sent.entities]
        assert kinds == [("bold", 0, 5), ("text_link", 11, 6)]
        shown = (await stage.get(f"chats/{OLGA}/messages"))[-1]
        assert shown["html"].startswith("<b>Ответ</b> &lt;по&gt; <a href=")

    play(scene)


def test_limits_count_what_is_left_after_parsing() -> None:
    async def scene(stage: Stage) -> None:
        html = "<b>" + "&lt;" * 4096 + "</b>"
        sent = await stage.bot.send_message(OLGA, html, parse_mode="HTML")
        assert sent.text == "<" * 4096
        caption = "<i>" + "я" * 1024 + "</i>"
        await stage.bot.send_document(OLGA, b"x", caption=caption, parse_mode="HTML")

    play(scene)


def test_entities_are_kept_up_to_a_hundred() -> None:
    async def scene(stage: Stage) -> None:
        entities = [MessageEntity("bold", place, 1) for place in range(120)]
        sent = await stage.bot.send_message(OLGA, "x" * 120, entities=entities)
        assert len(sent.entities) == 100

    play(scene)


@pytest.mark.parametrize("kind", ["document", "video", "audio", "voice"])
def test_files_go_by_upload_and_again_by_id(kind: str) -> None:
    async def scene(stage: Stage) -> None:
        send = getattr(stage.bot, f"send_{kind}")
        first = await send(OLGA, b"\x00\r\n--x\r\n", filename="Смета «1».pdf")
        file_id = getattr(first, kind).file_id
        again = await send(GROUP, file_id, caption="ещё раз")
        assert getattr(again, kind).file_id == file_id
        found = await stage.bot.get_file(file_id)
        assert bytes(await found.download_as_bytearray()) == b"\x00\r\n--x\r\n"
        shown = (await stage.get(f"chats/{OLGA}/messages"))[0]["file"]
        content = (await stage.web.get(stage.sandbox.url + shown["url"])).content
        assert (shown["name"], content) == ("Смета «1».pdf", b"\x00\r\n--x\r\n")

    play(scene)


def test_a_photo_has_its_size() -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_photo(OLGA, png(40, 30))
        assert (sent.photo[-1].width, sent.photo[-1].height) == (40, 30)

    play(scene)


def test_an_album_shares_a_group_id() -> None:
    async def scene(stage: Stage) -> None:
        documents = [
            InputMediaDocument(b"1", filename="1.txt", caption="два"),
            InputMediaDocument(b"2", filename="2.txt"),
        ]
        sent = await stage.bot.send_media_group(OLGA, documents)
        assert len({one.media_group_id for one in sent}) == 1
        assert [one.document.file_name for one in sent if one.document] == [
            "1.txt",
            "2.txt",
        ]
        assert sent[0].caption == "два"
        photos = [InputMediaPhoto(png()), InputMediaPhoto(png())]
        await stage.bot.send_media_group(OLGA, photos)

    play(scene)


def test_a_reaction_to_an_album_lands_on_its_first_message() -> None:
    async def scene(stage: Stage) -> None:
        parts = [InputMediaDocument(b"1"), InputMediaDocument(b"2")]
        sent = await stage.bot.send_media_group(OLGA, parts)
        await stage.bot.set_message_reaction(OLGA, sent[1].id, "👌")
        first, second = await stage.get(f"chats/{OLGA}/messages")
        assert first["reactions"] == [{"user_id": stage.bot.id, "emoji": "👌"}]
        assert second["reactions"] == []

    play(scene)


def test_a_copy_has_the_content_and_no_trace_of_its_author() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        written = (await stage.upload(OLGA, OLGA, ("акт.txt", b"x"), text="смотрите"))[
            0
        ]
        copied = await stage.bot.copy_message(
            GROUP, OLGA, written["id"], message_thread_id=thread, caption="Ольга: файл"
        )
        shown = await stage.get(f"chats/{GROUP}/messages/{copied.message_id}")
        assert (shown["text"], shown["file"]["name"]) == ("Ольга: файл", "акт.txt")
        assert shown["from"]["is_bot"]

    play(scene)


def test_copies_of_many_keep_albums_and_skip_in_silence() -> None:
    async def scene(stage: Stage) -> None:
        parts = await stage.upload(OLGA, OLGA, ("1.txt", b"1"), ("2.txt", b"2"))
        ids = [one["id"] for one in parts]
        copied = await stage.bot.copy_messages(GROUP, OLGA, [*ids, 999])
        assert len(copied) == 2
        shown = (await stage.get(f"chats/{GROUP}/messages"))[-2:]
        albums = {one["album"] for one in shown}
        assert len(albums) == 1
        assert albums != {parts[0]["album"]}

    play(scene)


def test_a_service_message_cannot_be_copied() -> None:
    async def scene(stage: Stage) -> None:
        thread = await stage.topic()
        with pytest.raises(BadRequest, match="Message can't be copied"):
            await stage.bot.copy_message(OLGA, GROUP, thread)

    play(scene)


def test_an_edit_changes_text_and_drops_the_keyboard() -> None:
    async def scene(stage: Stage) -> None:
        keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "d"}]]}
        sent = (
            await stage.raw(
                "sendMessage", chat_id=OLGA, text="было", reply_markup=keyboard
            )
        )["result"]
        edited = await stage.bot.edit_message_text("стало", OLGA, sent["message_id"])
        assert getattr(edited, "text", None) == "стало"
        shown = (await stage.get(f"chats/{OLGA}/messages"))[-1]
        assert shown["reply_markup"] is None
        assert shown["edited"]

    play(scene)


def test_captions_and_texts_are_edited_by_their_own_methods() -> None:
    async def scene(stage: Stage) -> None:
        document = await stage.bot.send_document(OLGA, b"x", caption="было")
        await document.edit_caption("стало")
        with pytest.raises(BadRequest, match="no text in the message to edit"):
            await document.edit_text("x")
        text = await stage.bot.send_message(OLGA, "x")
        with pytest.raises(BadRequest, match="no caption in the message to edit"):
            await text.edit_caption("y")

    play(scene)


def test_deleted_messages_stay_visible_to_a_test() -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_message(OLGA, "x")
        assert await stage.bot.delete_message(OLGA, sent.id)
        assert (await stage.get(f"chats/{OLGA}/messages"))[-1]["deleted"]
        written = await stage.write(ANNA, GROUP, "y")
        assert await stage.bot.delete_messages(GROUP, [written["id"], 999])

    play(scene)


def test_another_persons_message_needs_the_right_to_delete() -> None:
    async def scene(stage: Stage) -> None:
        written = await stage.write(ANNA, GROUP, "y")
        await stage.post(f"chats/{GROUP}/members", status="administrator")
        with pytest.raises(BadRequest, match="Message can't be deleted"):
            await stage.bot.delete_message(GROUP, written["id"])

    play(scene)


def test_after_two_days_a_private_message_stays() -> None:
    now = 1_700_000_000.0

    async def scene(stage: Stage) -> None:
        nonlocal now
        sent = await stage.bot.send_message(OLGA, "x")
        now += 48 * 3600
        with pytest.raises(BadRequest, match="Message can't be deleted"):
            await stage.bot.delete_message(OLGA, sent.id)

    play(scene, clock=lambda: now)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"blocked": True}, "bot was blocked by the user"),
        ({"deactivated": True}, "user is deactivated"),
    ],
)
def test_who_is_gone_is_forbidden(change: dict[str, bool], words: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.post(f"users/{OLGA}", **change)
        with pytest.raises(Forbidden, match=words):
            await stage.bot.send_message(OLGA, "x")
        await stage.post(f"users/{OLGA}", **dict.fromkeys(change, False))
        await stage.bot.send_message(OLGA, "x")

    play(scene)


def test_pins_come_and_go() -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_message(GROUP, "x")
        await stage.bot.pin_chat_message(GROUP, sent.id)
        full = await stage.bot.get_chat(GROUP)
        assert full.pinned_message
        assert full.pinned_message.message_id == sent.id
        await stage.bot.unpin_chat_message(GROUP)
        assert (await stage.bot.get_chat(GROUP)).pinned_message is None
        with pytest.raises(BadRequest, match="Message to unpin not found"):
            await stage.bot.unpin_chat_message(GROUP)

    play(scene)


def test_members_are_described() -> None:
    async def scene(stage: Stage) -> None:
        me = await stage.bot.get_me()
        own = await stage.bot.get_chat_member(GROUP, me.id)
        assert getattr(own, "can_manage_topics", False)
        assert (await stage.bot.get_chat_member(GROUP, OLGA)).status == "left"
        admins = await stage.bot.get_chat_administrators(GROUP)
        assert {one.user.id for one in admins} == {me.id, ANNA}
        assert (await stage.bot.get_chat(GROUP)).is_forum
        assert await stage.bot.send_chat_action(OLGA, "typing")

    play(scene)
