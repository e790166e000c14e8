"""Every way Telegram or the network may answer leads to one outcome."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import timedelta

import pytest

from bot.call import Call, FileRef
from bot.client import open_bot
from bot.outcome import CardGone, ChatAnswer, Moved, NotHeard, TopicGone
from bot.sender import TelegramSender
from tests.bot.scripted import HANG_UP, TOKEN, Reply, html, refusal, result, scripted
from tickets.letter import File
from tickets.sending import Later, Never, Sent, Uncertain

SEND = Call(method="sendMessage", params={"chat_id": -1, "text": "<a@b.c>"})
TO_PERSON = Call(method="sendMessage", params={"chat_id": 7, "text": "<a@b.c>"})
TOPIC = Call(method="createForumTopic", params={"chat_id": -1, "name": "NN-7 Pump"})
EDIT = Call(method="editMessageText", params={"chat_id": -1, "message_id": 5})
REACT = Call(method="setMessageReaction", params={"chat_id": -1, "message_id": 5})
TOAST = Call(method="answerCallbackQuery", params={"callback_query_id": "9"})
CLOSE = Call(method="closeForumTopic", params={"chat_id": -1})
FILE = File(name='схема "1".pdf', media_type="application/pdf", content=b"%PDF")
UPLOAD = Call(method="sendDocument", params={"chat_id": -1}, file=FileRef.of(FILE))


def send(call: Call, *replies: Reply, file: File | None = None) -> ChatAnswer:
    async def play() -> ChatAnswer:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            telegram.put(call.method, *replies)
            return await TelegramSender(bot).send(call, file)

    return asyncio.run(play())


def bad(description: str) -> Reply:
    return refusal(400, f"Bad Request: {description}")


PROBLEMS = {
    "429 names its pause": (
        SEND,
        refusal(429, "Too Many Requests: retry after 7", retry_after=7),
        Later,
    ),
    "429 of a proxy": (SEND, html(429), Later),
    "502 page on a send": (SEND, html(502), Uncertain),
    "502 page on a new topic": (TOPIC, html(502), Uncertain),
    "502 page on an edit": (EDIT, html(502), Later),
    "500 on a send": (SEND, refusal(500, "Internal Server Error"), Uncertain),
    "hung up on a send": (SEND, HANG_UP, Uncertain),
    "hung up on a new topic": (TOPIC, HANG_UP, Uncertain),
    "hung up on an upload": (UPLOAD, HANG_UP, Uncertain),
    "hung up on a reaction": (REACT, HANG_UP, Later),
    "hung up on a toast": (TOAST, HANG_UP, Later),
    "no JSON with 200": (SEND, html(200), Uncertain),
    "JSON without a result": (SEND, Reply(body=b'{"ok": true}'), Uncertain),
    "not Telegram's 403": (SEND, html(403), Later),
    "moved elsewhere": (SEND, html(302), Later),
    "token revoked": (SEND, refusal(401, "Unauthorized"), Later),
    "bot kicked": (
        SEND,
        refusal(403, "Forbidden: bot was kicked from the supergroup chat"),
        Later,
    ),
    "blocked": (
        TO_PERSON,
        refusal(403, "Forbidden: bot was blocked by the user"),
        NotHeard,
    ),
    "never started": (
        TO_PERSON,
        refusal(403, "Forbidden: bot can't initiate conversation with a user"),
        NotHeard,
    ),
    "too large": (UPLOAD, refusal(413, "Request Entity Too Large"), Never),
    "topic deleted": (SEND, bad("message thread not found"), TopicGone),
    "topic deleted, in capitals": (SEND, bad("TOPIC_DELETED"), TopicGone),
    "topic unknown to an edit": (CLOSE, bad("TOPIC_ID_INVALID"), TopicGone),
    "card deleted": (EDIT, bad("message to edit not found"), CardGone),
    "card as it was": (EDIT, bad("message is not modified: exactly the same"), Sent),
    "topic as it was": (CLOSE, bad("TOPIC_NOT_MODIFIED"), Sent),
    "emoji not allowed here": (REACT, bad("REACTION_INVALID"), Sent),
    "message to react to is gone": (REACT, bad("message to react not found"), Sent),
    "press is too old": (TOAST, bad("query is too old and response timeout"), Never),
    "closed topic": (SEND, bad("TOPIC_CLOSED"), Never),
    "not an administrator": (
        TOPIC,
        bad("not enough rights to create a topic"),
        Later,
    ),
    "not in the group yet": (SEND, bad("chat not found"), Later),
    "no such person": (TO_PERSON, bad("chat not found"), Never),
    "anything else": (SEND, bad("message text is empty"), Never),
    "group moved": (
        SEND,
        refusal(400, "Bad Request: group upgraded", migrate_to_chat_id=-1002),
        Moved,
    ),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_a_problem_has_one_outcome(case: str) -> None:
    call, reply, outcome = PROBLEMS[case]
    answer = send(call, reply, file=FILE)
    assert type(answer) is outcome
    assert TOKEN not in repr(answer)


def test_a_pause_is_as_long_as_telegram_says() -> None:
    answer = send(SEND, refusal(429, "Too Many Requests", retry_after=7))
    assert answer == Later("429 Too Many Requests", timedelta(seconds=7))


def test_a_moved_group_says_where_it_is() -> None:
    answer = send(SEND, refusal(400, "upgraded", migrate_to_chat_id=-1002))
    assert answer == Moved(-1002)


def test_the_ids_of_a_sent_message_are_known() -> None:
    answer = send(SEND, result({"message_id": 12, "message_thread_id": 3, "date": 1}))
    assert isinstance(answer, Sent)
    assert answer.receipt == "12"
    assert answer.facts == {"message_id": 12, "message_thread_id": 3}


def test_a_call_that_gives_true_is_done() -> None:
    assert send(TOAST, result(value=True)) == Sent("done")


def test_nobody_listening_means_surely_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        async def play() -> ChatAnswer:
            async with open_bot(TOKEN, url) as bot:
                return await TelegramSender(bot).send(SEND)

        answer = asyncio.run(play())
    assert isinstance(answer, Later)
    assert answer.reason.startswith("ConnectError")


def test_a_silent_telegram_leaves_a_send_uncertain() -> None:
    async def play() -> ChatAnswer:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            telegram.put("sendMessage", result({}, after=5))
            return await TelegramSender(bot, read_seconds=0.1).send(SEND)

    answer = asyncio.run(play())
    assert isinstance(answer, Uncertain)
    assert answer.reason.startswith("ReadTimeout")


def test_words_whose_markup_is_refused_go_as_plain_text() -> None:
    bold = [{"type": "bold", "offset": 0, "length": 900}]
    call = Call(method="sendMessage", params={**SEND.params, "entities": bold})

    async def play() -> tuple[ChatAnswer, list[dict[str, str]]]:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            refused = bad("can't parse entities: entity beginning at UTF-16 offset 0")
            telegram.put("sendMessage", refused, result({"message_id": 2}))
            answer = await TelegramSender(bot).send(call)
            return answer, telegram.params("sendMessage")

    answer, calls = asyncio.run(play())
    assert answer == Sent("2")
    assert json.loads(calls[0]["entities"]) == bold
    assert calls[1] == {"chat_id": "-1", "text": "<a@b.c>"}


def test_plain_words_that_are_refused_are_not_sent_again() -> None:
    answer = send(SEND, bad("can't parse entities"), result({"message_id": 2}))
    assert isinstance(answer, Never)


def test_an_upload_carries_the_files_bytes_and_name() -> None:
    async def play() -> bytes:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            telegram.put("sendDocument", result({"message_id": 2}))
            await TelegramSender(bot).send(UPLOAD, FILE)
            return telegram.requests[-1].body

    body = asyncio.run(play())
    assert b"%PDF" in body
    assert "схема".encode() in body


def test_an_upload_without_its_file_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="without"):
        send(UPLOAD)


def fetch(*replies: Reply, content: Reply | None = None) -> ChatAnswer:
    async def play() -> ChatAnswer:
        async with scripted() as telegram, open_bot(TOKEN, telegram.url) as bot:
            telegram.put("getFile", *replies)
            telegram.put("plan.pdf", content or Reply(body=b"%PDF"))
            call = Call(method="getFile", params={"file_id": "abc"})
            return await TelegramSender(bot).send(call)

    return asyncio.run(play())


FOUND = result(
    {"file_id": "abc", "file_unique_id": "u", "file_path": "documents/plan.pdf"}
)


def test_a_fetched_file_comes_with_its_bytes() -> None:
    answer = fetch(FOUND)
    assert isinstance(answer, Sent)
    assert answer.facts == {"content": b"%PDF"}


def test_an_empty_file_is_fetched_too() -> None:
    answer = fetch(FOUND, content=Reply())
    assert isinstance(answer, Sent)
    assert answer.facts == {"content": b""}


FETCH_PROBLEMS = {
    "too big, says Telegram": (bad("file is too big"), None, Never),
    "too big, says its size": (
        result({"file_id": "a", "file_unique_id": "u", "file_size": 30_000_000}),
        None,
        Never,
    ),
    "unknown": (bad("invalid file_id"), None, Never),
    "unavailable": (
        bad("wrong file_id or the file is temporarily unavailable"),
        None,
        Later,
    ),
    "link expired": (FOUND, refusal(404, "Not Found"), Later),
    "hung up": (FOUND, HANG_UP, Later),
    "gateway": (FOUND, html(502), Later),
}


@pytest.mark.parametrize("case", FETCH_PROBLEMS)
def test_a_file_that_cannot_be_fetched_has_one_outcome(case: str) -> None:
    reply, content, outcome = FETCH_PROBLEMS[case]
    assert type(fetch(reply, content=content)) is outcome
