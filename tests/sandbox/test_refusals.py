"""Every strict rule of the real server is a row: the call, the error, its words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, TelegramError

from tests.sandbox.conftest import Act
from tests.sandbox.pictures import png
from tests.sandbox.stage import ANNA, GROUP, OLGA, SILENT, Stage

Call = Callable[[Bot], Awaitable[Any]]
HTML = "HTML"


def keys(*data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton("x", callback_data=one)] for one in data]
    )


ROWS: list[tuple[str, Call, str]] = [
    ("unknown chat", lambda b: b.send_message(99, "x"), "chat not found"),
    ("chat by name", lambda b: b.send_message("@nobody", "x"), "chat not found"),
    (
        "thread that is not there",
        lambda b: b.send_message(GROUP, "x", message_thread_id=999),
        "message thread not found",
    ),
    (
        "General by its number",
        lambda b: b.send_message(GROUP, "x", message_thread_id=1),
        "message thread not found",
    ),
    ("empty text", lambda b: b.send_message(OLGA, ""), "message text is empty"),
    ("blank text", lambda b: b.send_message(OLGA, " \n"), "text must be non-empty"),
    (
        "4097 characters",
        lambda b: b.send_message(OLGA, "я" * 4097),
        "message is too long",
    ),
    (
        "4097 UTF-16 units in 2049 characters",
        lambda b: b.send_message(OLGA, "😀" * 2048 + "x"),
        "message is too long",
    ),
    (
        "32769 bytes",
        lambda b: b.send_message(OLGA, "<b></b>" * 4682, parse_mode=HTML),
        "text is too long",
    ),
    (
        "1025 characters of caption",
        lambda b: b.send_document(OLGA, b"x", caption="я" * 1025),
        "message caption is too long",
    ),
    (
        "an address in angle brackets",
        lambda b: b.send_message(OLGA, "From: <a@b.c>", parse_mode=HTML),
        'can\'t parse entities: unsupported start tag "a@b.c" at byte offset 6',
    ),
    (
        "a tag left open",
        lambda b: b.send_message(OLGA, "<b>x", parse_mode=HTML),
        "can't parse entities: can't find end tag corresponding to start tag \"b\"",
    ),
    (
        "an entity beyond the text",
        lambda b: b.send_message(OLGA, "x", entities=[MessageEntity("bold", 0, 5)]),
        "entity beginning at utf-16 offset 0 ends after the end of the text",
    ),
    (
        "an entity inside a surrogate pair",
        lambda b: b.send_message(OLGA, "😀", entities=[MessageEntity("bold", 1, 1)]),
        "entity begins in a middle of a utf-16 symbol",
    ),
    (
        "callback data of 65 bytes",
        lambda b: b.send_message(OLGA, "x", reply_markup=keys("ж" * 32 + "x")),
        "button_data_invalid",
    ),
    (
        "101 buttons",
        lambda b: b.send_message(OLGA, "x", reply_markup=keys(*["d"] * 101)),
        "reply markup is too long",
    ),
    (
        "a button without an action",
        lambda b: b.send_message(
            OLGA,
            "x",
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("x")]]),
        ),
        "text buttons are unallowed in the inline keyboard",
    ),
    (
        "a reply to nothing",
        lambda b: b.send_message(
            OLGA, "x", reply_parameters=ReplyParameters(message_id=999)
        ),
        "message to be replied not found",
    ),
    (
        "an edit of nothing",
        lambda b: b.edit_message_text("x", OLGA, 999),
        "message to edit not found",
    ),
    (
        "a copy of nothing",
        lambda b: b.copy_message(OLGA, GROUP, 999),
        "message to copy not found",
    ),
    (
        "a deletion of nothing",
        lambda b: b.delete_message(OLGA, 999),
        "message to delete not found",
    ),
    (
        "a reaction to nothing",
        lambda b: b.set_message_reaction(OLGA, 999, "👌"),
        "message to react not found",
    ),
    ("a pin of nothing", lambda b: b.pin_chat_message(OLGA, 999), "not found"),
    (
        "an unknown file id",
        lambda b: b.send_document(OLGA, "BQADnothing"),
        "wrong file identifier/http url specified",
    ),
    ("an empty file", lambda b: b.send_document(OLGA, b""), "file must be non-empty"),
    (
        "a photo that is none",
        lambda b: b.send_photo(OLGA, b"not a picture"),
        "image_process_failed",
    ),
    (
        "a photo of 10001 in both sides",
        lambda b: b.send_photo(OLGA, png(5001, 5000)),
        "photo_invalid_dimensions",
    ),
    (
        "a photo of 21 to 1",
        lambda b: b.send_photo(OLGA, png(210, 10)),
        "photo_invalid_dimensions",
    ),
    ("getFile of nothing", lambda b: b.get_file("nothing"), "wrong file_id"),
    (
        "an album of one",
        lambda b: b.send_media_group(OLGA, [InputMediaDocument(b"x")]),
        "from 2 to 10",
    ),
    (
        "an album of eleven",
        lambda b: b.send_media_group(OLGA, [InputMediaDocument(b"x")] * 11),
        "from 2 to 10",
    ),
    (
        "an album of a document and a photo",
        lambda b: b.send_media_group(
            OLGA, [InputMediaDocument(b"x"), InputMediaPhoto(png())]
        ),
        "document can't be mixed with other media types",
    ),
    (
        "an answer to no press",
        lambda b: b.answer_callback_query("1"),
        "query is too old and response timeout expired or query id is invalid",
    ),
    (
        "a topic in a private chat",
        lambda b: b.create_forum_topic(OLGA, "x"),
        "the chat is not a forum",
    ),
    (
        "a topic of a made-up colour",
        lambda b: b.create_forum_topic(GROUP, "x", icon_color=1),
        "icon color",
    ),
    (
        "a topic with a made-up icon",
        lambda b: b.create_forum_topic(GROUP, "x", icon_custom_emoji_id="1"),
        "document_invalid",
    ),
    (
        "closing no topic",
        lambda b: b.close_forum_topic(GROUP, 999),
        "topic_id_invalid",
    ),
    ("leaving a private chat", lambda b: b.leave_chat(OLGA), "can't leave"),
    (
        "asking for a stranger",
        lambda b: b.get_chat_member(GROUP, 123456),
        "participant_id_invalid",
    ),
    (
        "a webhook",
        lambda b: b.set_webhook("https://example.org/"),
        "the sandbox has no webhooks",
    ),
]


@pytest.mark.parametrize(
    ("call", "words"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_is_a_bad_request(act: Act, call: Call, words: str) -> None:
    async def scene(stage: Stage) -> None:
        with pytest.raises(BadRequest) as refused:
            await call(stage.bot)
        assert words in refused.value.message.lower()

    act(scene)


def test_a_person_who_has_not_started_the_bot_is_out_of_reach(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        with pytest.raises(Forbidden, match="can't initiate conversation with a user"):
            await stage.bot.send_message(SILENT, "x")

    act(scene)


@pytest.mark.parametrize("emoji", ["✅", "❌", "🙃"])
def test_a_reaction_outside_the_list_is_invalid(act: Act, emoji: str) -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_message(OLGA, "x")
        reaction = ReactionTypeEmoji(emoji)
        with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
            await stage.bot.set_message_reaction(OLGA, sent.message_id, reaction)

    act(scene)


def test_two_reactions_are_too_many(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_message(OLGA, "x")
        with pytest.raises(BadRequest, match=r"(?i)reactions_too_many"):
            await stage.bot.set_message_reaction(OLGA, sent.message_id, ["👌", "👀"])

    act(scene)


def test_an_edit_without_a_change_is_refused(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        markup = keys("d")
        sent = await stage.bot.send_message(OLGA, "было", reply_markup=markup)
        with pytest.raises(BadRequest, match="Message is not modified"):
            await sent.edit_text("было", reply_markup=markup)
        with pytest.raises(BadRequest, match="Message is not modified"):
            await sent.edit_reply_markup(markup)

    act(scene)


def test_what_a_person_wrote_cannot_be_edited(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        written = await stage.write(ANNA, GROUP, "x")
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await stage.bot.edit_message_text("y", GROUP, written["id"])

    act(scene)


def test_a_file_keeps_its_kind(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_document(OLGA, b"x", filename="a.txt")
        assert sent.document
        with pytest.raises(BadRequest, match=r"(?i)type document as photo"):
            await stage.bot.send_photo(OLGA, sent.document.file_id)

    act(scene)


def test_a_document_over_50_mb_is_413(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        with pytest.raises(TelegramError, match="Request Entity Too Large"):
            await stage.bot.send_document(OLGA, bytes(50_000_001), write_timeout=30)

    act(scene)


def test_getfile_stops_at_20_mib(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        sent = await stage.bot.send_document(OLGA, bytes((20 << 20) + 1))
        assert sent.document
        with pytest.raises(BadRequest, match="File is too big"):
            await stage.bot.get_file(sent.document.file_id)

    act(scene)


def test_lone_surrogates_are_refused(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        answer = await stage.raw("sendMessage", chat_id=OLGA, text="\ud83d")
        assert answer == {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: strings must be encoded in UTF-8",
        }

    act(scene)


def test_methods_and_tokens_that_are_unknown_have_their_codes(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        assert (await stage.raw("sendTelepathy"))["error_code"] == 404
        stranger = await stage.web.get(f"{stage.sandbox.base_url}1:no/getMe")
        assert (stranger.status_code, stranger.json()["description"]) == (
            401,
            "Unauthorized",
        )
        file = await stage.web.get(f"{stage.sandbox.file_base_url}1:no/documents/x")
        assert file.status_code == 401

    act(scene)


@pytest.mark.parametrize("body", ["{", "[]", '{"chat_id": {}, "text": "x"}'])
def test_a_body_that_makes_no_sense_is_a_bad_request(act: Act, body: str) -> None:
    async def scene(stage: Stage) -> None:
        token = stage.sandbox.settings.token
        answer = await stage.web.post(
            f"{stage.sandbox.base_url}{token}/sendMessage",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 400

    act(scene)
