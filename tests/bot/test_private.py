"""What Telegram says of private chats, read in the desk's own words."""

from __future__ import annotations

from typing import Any

import pytest

from bot.updates import lane_of, read
from tickets.talk import Blocked, Happening, Person, RemoteFile, Wrote

IVAN = {
    "id": 5,
    "is_bot": False,
    "first_name": "Иван",
    "last_name": "Петров",
    "language_code": "en-GB",
}
CHAT = {"id": 5, "type": "private", "first_name": "Иван"}


def update(**fields: Any) -> dict[str, Any]:
    plain = {"message_id": 12, "date": 1767600000, "chat": CHAT, "from": IVAN}
    return {"update_id": 1, "message": plain | fields}


def wrote(**fields: Any) -> Wrote:
    happening = read(update(**fields), 77)
    assert isinstance(happening, Wrote)
    return happening


def command(text: str, length: int) -> dict[str, Any]:
    return {
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": length}],
    }


def test_a_message_tells_who_wrote_it_and_in_which_language() -> None:
    assert wrote(text="Не печатает") == Wrote(
        person=Person(id=5, name="Иван Петров", language="en-GB"),
        message_id=12,
        text="Не печатает",
    )
    assert lane_of(update(text="x")) == "arrival/telegram/5/0"


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"id": 5, "first_name": "Иван\n<b>"}, "Иван <b>"),
        ({"id": 5, "first_name": ""}, "5"),
        ({"id": 5, "first_name": 7}, "5"),
        ({"id": 5, "first_name": "я" * 300}, "я" * 119 + "…"),
    ],
)
def test_a_name_is_one_line_and_never_empty(user: dict[str, Any], name: str) -> None:
    assert wrote(text="x", **{"from": user}).person.name == name


@pytest.mark.parametrize("code", ["", "e", "en_GB; DROP", "x" * 40, 5, None])
def test_a_language_that_is_none_is_left_out(code: object) -> None:
    user = {**IVAN, "language_code": code}
    assert wrote(text="x", **{"from": user}).person.language is None


@pytest.mark.parametrize(
    ("fields", "name", "text"),
    [
        (command("/start", 6), "start", ""),
        (command("/start a-b_1", 6), "start", "a-b_1"),
        (command("/new@desk_bot Кофе 🫖", 13), "new", "Кофе 🫖"),
        (command("/NEW", 4), "new", ""),
        (command("/home/ivan is full", 5), "", "/home/ivan is full"),
        ({"text": "/new без разметки"}, "", "/new без разметки"),
    ],
)
def test_a_command_we_know_is_parted_from_its_words(
    fields: dict[str, Any], name: str, text: str
) -> None:
    said = wrote(**fields)
    assert (said.command, said.text) == (name, text)


def test_a_command_in_the_caption_of_a_file_counts() -> None:
    file = {"file_id": "f", "file_name": "a.pdf", "mime_type": "application/pdf"}
    said = wrote(
        document={**file, "file_size": 5},
        caption="/new счёт",
        caption_entities=[{"type": "bot_command", "offset": 0, "length": 4}],
    )
    assert (said.command, said.text) == ("new", "счёт")
    assert said.files == (
        RemoteFile(remote_id="f", name="a.pdf", media_type="application/pdf", size=5),
    )


def test_an_answer_names_the_message_it_answers() -> None:
    assert wrote(text="да", reply_to_message={"message_id": 9}).reply_to == 9


def test_a_sticker_is_heard_so_that_it_is_answered() -> None:
    assert wrote(sticker={"emoji": "👍"}).text == ""


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_blocking_the_bot_is_told(status: str, blocked: bool) -> None:
    change = {
        "chat": CHAT,
        "from": IVAN,
        "new_chat_member": {"status": status},
    }
    happening: Happening = read({"update_id": 1, "my_chat_member": change}, 77)
    assert happening == Blocked(chat=5, blocked=blocked)
