"""Partners in Telegram, from their chat to the topic and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from mail.reading.parse import read
from sandbox.model import Message, User
from sandbox.params import Upload
from sandbox.people import Author, Writing, add_user, set_blocked, start, write
from storage import bots
from storage.audit import audit
from storage.store import Places
from tests.app.test_chatting import Letters
from tests.app.workshop import Chat, Workshop, add_mailing, chat, run

OLGA = 2001
IVAN = "ivan@partner.example"


@dataclass(frozen=True, kw_only=True, slots=True)
class Partner:
    """Somebody with Telegram, and their chat with the bot."""

    chat: Chat
    id: int = OLGA

    async def start(self, payload: str = "") -> None:
        start(self.chat.sandbox.telegram, self.id, payload)
        await self.chat.settle()

    async def write(
        self, text: str, *, upload: Upload | None = None, reply_to: int | None = None
    ) -> Message:
        writing = Writing(text=text, reply_to=reply_to)
        author = Author(user_id=self.id, chat_id=self.id)
        message = write(self.chat.sandbox.telegram, author, writing, upload=upload)
        await self.chat.jump(seconds=5)  # else the chat's window fills up
        return message

    def got(self) -> list[Message]:
        """Return what the bot sent, oldest first."""
        there = self.chat.sandbox.telegram.world.chats[self.id].messages.values()
        return [one for one in there if one.author == self.chat.bot_id]

    def told(self) -> list[str]:
        return [str(one.content.get("text", "")) for one in self.got()]


Scene = Callable[[Chat, Partner, Letters], Coroutine[Any, Any, None]]
Play = Callable[[Scene], None]


@pytest.fixture
def play(records: Places) -> Play:
    """Return what plays a scene on either database."""

    def begin(scene: Scene) -> None:
        async def story(shop: Workshop) -> None:
            letters = Letters()
            add_mailing(shop, letters)
            async with chat(shop) as there:
                user = User(id=OLGA, first_name="Ольга", last_name="Иванова")
                add_user(there.sandbox.telegram, user)
                name = there.sandbox.telegram.bot.username
                shop.store.write(lambda tx: bots.remember(tx, name))
                await scene(there, Partner(chat=there), letters)
                await there.settle()
                assert shop.store.read(audit).difference == 0

        run(records, story)

    return begin


def test_a_request_gets_its_number_and_the_answer_in_the_chat(play: Play) -> None:
    async def scene(chat: Chat, olga: Partner, letters: Letters) -> None:
        await olga.start()
        assert olga.told()[0].startswith("Здравствуйте!")
        asked = await olga.write("Не печатает принтер\nМигает красным.")
        accepted = olga.got()[1]
        assert accepted.content["text"].startswith("NN-1\nОбращение зарегистрировано")
        assert accepted.reply_to == asked.id
        card, comment = chat.words()
        assert "Ольга Иванова" in card
        assert comment.startswith("Ольга Иванова · Telegram\nНе печатает принтер")
        said = await chat.say("Перезагрузите.")
        assert olga.told()[2] == "NN-1 · Анна\nПерезагрузите."
        assert chat.marks(said) == ["👌"]
        thanks = await olga.write("Помогло!", reply_to=olga.got()[2].id)
        assert chat.words()[-1].endswith("Помогло!")
        assert chat.marks(thanks) == ["👀"]
        assert len(olga.got()) == 3
        assert not letters.taken

    play(scene)


def test_files_go_both_ways_byte_for_byte(play: Play) -> None:
    async def scene(chat: Chat, olga: Partner, letters: Letters) -> None:
        del letters
        theirs, ours = bytes(range(256)) * 40, b"\x00\xff\r\n" * 900
        await olga.start()
        await olga.write("Акт", upload=upload("акт.pdf", theirs))
        [shown] = [one for one in chat.shown() if "document" in one.content]
        assert bytes_of(chat, shown) == theirs
        said = await chat.say("Схема", upload("схема.bin", ours))
        answer, document = olga.got()[-2:]
        assert answer.content["text"] == "NN-1 · Анна\nСхема"
        assert document.content["document"]["file_name"] == "схема.bin"
        assert bytes_of(chat, document) == ours
        assert chat.marks(said) == ["👌"]
        await olga.write("Огромный", upload=upload("кино.mov", bytes(20_971_521)))
        assert "кино.mov" in olga.told()[-1]
        assert any("кино.mov" in words for words in chat.words())

    play(scene)


def upload(name: str, content: bytes) -> Upload:
    return Upload(name=name, media_type="application/octet-stream", content=content)


def bytes_of(chat: Chat, message: Message) -> bytes:
    telegram = chat.sandbox.telegram
    stored = telegram.world.files[message.content["document"]["file_id"]]
    return telegram.files.read(stored.number)


def test_a_blocked_bot_is_told_to_the_specialist(play: Play) -> None:
    async def scene(chat: Chat, olga: Partner, letters: Letters) -> None:
        del letters
        await olga.start()
        await olga.write("Принтер")
        set_blocked(chat.sandbox.telegram, OLGA, blocked=True)
        said = await chat.say("Перезагрузите.")
        assert chat.shop.states("answer") == ["parked"]
        assert chat.marks(said) == ["💔"]
        told = chat.shown()[-1]
        assert told.reply_to == said.id
        assert "Ольга Иванова" in told.content["text"]
        assert "blocked by the user" in told.content["text"]
        assert status(chat) == ["blocked"]
        set_blocked(chat.sandbox.telegram, OLGA, blocked=False)
        await olga.write("Я снова здесь")
        assert status(chat) == ["active"]

    play(scene)


def status(chat: Chat) -> list[str]:
    found = chat.shop.rows("SELECT status FROM chat WHERE kind = 'private'")
    return [row.status for row in found]


def test_a_refusal_alone_tells_that_the_bot_is_blocked(play: Play) -> None:
    async def scene(chat: Chat, olga: Partner, letters: Letters) -> None:
        del letters
        await olga.start()
        await olga.write("Принтер")
        chat.sandbox.telegram.world.users[OLGA].blocked = True
        await chat.say("Перезагрузите.")
        assert status(chat) == ["blocked"]

    play(scene)


def test_the_mailed_link_lets_a_partner_go_on_in_telegram(play: Play) -> None:
    async def scene(chat: Chat, olga: Partner, letters: Letters) -> None:
        await chat.shop.mail(sender=IVAN)
        await chat.settle()
        [(_, accepted)] = letters.taken
        [token] = links_in(accepted, chat)
        await olga.start(token)
        [welcome] = olga.told()
        assert welcome.startswith("Готово: теперь это ваш чат со службой поддержки.")
        await chat.say("Первый ответ")
        assert len(letters.taken) == 2  # they wrote by mail
        await olga.write("Теперь отсюда")
        await chat.say("Второй ответ")
        assert olga.told()[-1] == "NN-2 · Анна\nВторой ответ"
        await chat.shop.mail("9", sender=IVAN, subject="Ещё")
        await chat.settle()
        assert not links_in(letters.taken[-1][1], chat)  # they have it already
        trust = chat.shop.rows("SELECT trust FROM comment WHERE channel = 'telegram'")
        assert {row.trust for row in trust} == {"proven"}

    play(scene)


def links_in(mail: bytes, chat: Chat) -> list[str]:
    name = chat.sandbox.telegram.bot.username
    return re.findall(rf"https://t\.me/{name}\?start=([\w-]+)", read(mail).text)


def test_an_answer_whose_fate_is_unknown_is_repeated_once_and_marked(
    play: Play,
) -> None:
    async def scene(chat: Chat, olga: Partner, letters: Letters) -> None:
        del letters
        await olga.start()
        await olga.write("Принтер")
        chat.fault("sendMessage", match={"chat_id": OLGA})
        said = await chat.say("Перезагрузите.")
        assert chat.marks(said) == ["👀"]
        await chat.jump(seconds=30)
        first, again = olga.told()[-2:]
        assert again.endswith(first)
        assert again != first
        assert chat.marks(said) == ["👌"]

    play(scene)


def test_several_short_messages_are_one_request(play: Play) -> None:
    async def scene(chat: Chat, olga: Partner, letters: Letters) -> None:
        del letters
        start(chat.sandbox.telegram, OLGA)
        for words in ("Здравствуйте", "у нас принтер", "молчит"):
            author = Author(user_id=OLGA, chat_id=OLGA)
            write(chat.sandbox.telegram, author, Writing(text=words))
        await chat.settle()
        await chat.jump(seconds=5)
        assert len(chat.topics()) == 1
        assert len(chat.words()) == 4
        assert len(olga.got()) == 2

    play(scene)
