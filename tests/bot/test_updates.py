"""Updates as Telegram sends them, and as nobody would, are read."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.updates import ANONYMOUS_ADMIN, lane_of, read
from tickets.talk import (
    Happening,
    Migrated,
    Nothing,
    Pressed,
    RemoteFile,
    Said,
    TopicMade,
    TopicMoved,
)

BOT = 77
FORUM = -1001
GROUP = {"id": FORUM, "type": "supergroup", "title": "NN", "is_forum": True}
ANNA = {"id": 5, "is_bot": False, "first_name": "Анна"}
OURSELVES = {"id": BOT, "is_bot": True, "first_name": "Заявка"}

Json = dict[str, Any]


def message(**fields: Any) -> Json:
    plain = {
        "message_id": 12,
        "date": 1767600000,
        "chat": GROUP,
        "from": ANNA,
        "message_thread_id": 3,
        "is_topic_message": True,
        "reply_to_message": {"message_id": 3, "forum_topic_created": {"name": "NN-7"}},
    }
    given = plain | fields
    kept = {name: value for name, value in given.items() if value is not None}
    return {"update_id": 1, "message": kept}


def heard(**fields: Any) -> Said:
    happening = read(message(**fields), BOT)
    assert isinstance(happening, Said)
    return happening


def test_a_message_in_a_topic_is_said_there() -> None:
    assert read(message(text="Уже едем"), BOT) == Said(
        chat=FORUM,
        thread_id=3,
        message_id=12,
        author=5,
        anonymous=False,
        text="Уже едем",
    )


def test_a_reply_in_general_has_a_thread_id_that_is_no_topic() -> None:
    said = heard(text="hi", is_topic_message=None, message_thread_id=8)
    assert said.thread_id is None


@pytest.mark.parametrize(
    "fields",
    [
        {"from": {"id": ANONYMOUS_ADMIN, "is_bot": True}, "sender_chat": GROUP},
        {"from": {"id": ANONYMOUS_ADMIN, "is_bot": True}},
        {"sender_chat": {"id": -1005, "type": "channel"}},
    ],
    ids=["as the group", "stand-in alone", "as a channel"],
)
def test_who_hides_is_anonymous(fields: Json) -> None:
    assert heard(text="hi", **fields).anonymous


def test_an_address_behind_words_is_shown() -> None:
    entities = [
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 7, "length": 4, "url": "https://e.org/a"},
        {"type": "mention", "offset": 12, "length": 3},
    ]
    said = heard(text="🔧 see here now", entities=entities)
    assert said.text == "🔧 see here (https://e.org/a) now"


def test_a_caption_is_the_text_of_a_file() -> None:
    document = {"file_id": "d", "file_name": "план.pdf", "mime_type": "application/pdf"}
    said = heard(caption="вот", document=document | {"file_size": 10})
    assert said.text == "вот"
    assert said.files == (
        RemoteFile(
            remote_id="d", name="план.pdf", media_type="application/pdf", size=10
        ),
    )


def size(side: int) -> Json:
    return {"file_id": f"p{side}", "width": side, "height": side, "file_size": side}


FILES: dict[str, tuple[Json, tuple[str, str, str, int]]] = {
    "the largest photo": (
        {"photo": [size(90), size(1280), size(320)]},
        ("p1280", "photo.jpg", "image/jpeg", 1280),
    ),
    "a voice": (
        {"voice": {"file_id": "v", "duration": 1}},
        ("v", "voice.ogg", "audio/ogg", 0),
    ),
    "a video": (
        {"video": {"file_id": "v", "mime_type": "video/quicktime"}},
        ("v", "video.mp4", "video/quicktime", 0),
    ),
    "an audio with a name": (
        {"audio": {"file_id": "a", "file_name": "шум.mp3"}},
        ("a", "шум.mp3", "audio/mpeg", 0),
    ),
    "a video note": (
        {"video_note": {"file_id": "n", "length": 240}},
        ("n", "video-note.mp4", "video/mp4", 0),
    ),
    "an animation, which is a document too": (
        {"animation": {"file_id": "g"}, "document": {"file_id": "g"}},
        ("g", "document", "application/octet-stream", 0),
    ),
    "a path as a name": (
        {"document": {"file_id": "d", "file_name": "..\\x/../etc/pass\nwd"}},
        ("d", "pass wd", "application/octet-stream", 0),
    ),
    "no name at all": (
        {"document": {"file_id": "d", "file_name": "..", "mime_type": "image/png"}},
        ("d", "document.png", "image/png", 0),
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_has_a_name_and_a_type(case: str) -> None:
    fields, (remote_id, name, media_type, length) = FILES[case]
    wanted = RemoteFile(
        remote_id=remote_id, name=name, media_type=media_type, size=length
    )
    assert heard(**fields).files == (wanted,)


def test_each_part_of_an_album_is_said_by_itself() -> None:
    parts = [
        heard(message_id=one, media_group_id="g", photo=[size(90)]) for one in (12, 13)
    ]
    assert [part.message_id for part in parts] == [12, 13]


def press(**fields: Any) -> Happening:
    query = {"id": "900", "from": ANNA, "data": "take:NN-7"}
    return read(
        {"callback_query": query | message(text="card") | fields},
        BOT,
    )


def test_a_pressed_button_says_what_it_carries() -> None:
    assert press() == Pressed(
        callback_id="900", chat=FORUM, author=5, action="take", subject="NN-7"
    )


def test_a_comments_verdict_names_the_comment() -> None:
    pressed = press(data="accept:41")
    assert isinstance(pressed, Pressed)
    assert (pressed.action, pressed.subject) == ("accept", "41")


@pytest.mark.parametrize(
    "data",
    ["", "take", "accept:NN-7", "reject:", "take:" + "x" * 60, "Drop:1;--", None],
)
def test_a_forged_button_is_nothing(data: str | None) -> None:
    assert press(data=data) == Nothing(reason="unknown-button")


def service(**fields: Any) -> Happening:
    return read(message(reply_to_message=None, **fields), BOT)


def test_our_own_topic_is_known_by_its_name() -> None:
    created = {"name": "NN-7 Pump - Ромашка", "icon_color": 7322096}
    own = {"from": OURSELVES, "message_id": 3}
    assert service(forum_topic_created=created, **own) == TopicMade(
        chat=FORUM, thread_id=3, name="NN-7 Pump - Ромашка"
    )


@pytest.mark.parametrize("closed", [True, False])
def test_a_topic_moved_by_hand_is_told(closed: bool) -> None:
    kind = "forum_topic_closed" if closed else "forum_topic_reopened"
    moved = TopicMoved(chat=FORUM, thread_id=3, author=5, closed=closed)
    assert service(**{kind: {}}) == moved


@pytest.mark.parametrize(
    "kind", ["forum_topic_closed", "forum_topic_edited", "pinned_message"]
)
def test_our_own_service_messages_are_nothing(kind: str) -> None:
    fields = {kind: {}, "from": OURSELVES}
    assert service(**fields) == Nothing(reason="own-message")


def test_a_migration_is_told_from_both_sides() -> None:
    old = {"id": -5, "type": "group", "title": "NN"}
    told = Migrated(chat=-5, new_chat=FORUM)
    assert service(chat=old, migrate_to_chat_id=FORUM) == told
    assert service(migrate_from_chat_id=-5) == told


NOTHINGS = {
    "pinned in private": (
        message(pinned_message={}, chat={"id": 5, "type": "private"}),
        "says-nothing",
    ),
    "rights in private": (
        {"update_id": 1, "my_chat_member": {"chat": {"id": 5, "type": "private"}}},
        "malformed: KeyError",
    ),
    "new member": (message(new_chat_members=[ANNA]), "says-nothing"),
    "topic by hand": (
        message(forum_topic_created={"name": "x"}),
        "says-nothing",
    ),
    "rights": ({"update_id": 1, "my_chat_member": {}}, "not-served: my_chat_member"),
    "edit": ({"update_id": 1, "edited_message": {}}, "not-served: edited_message"),
    "no author": (message(text="hi", **{"from": None}), "malformed: KeyError"),
    "text of a number": (message(text=5), "malformed: AttributeError"),
    "empty": ({}, "not-served: "),
}


@pytest.mark.parametrize("case", NOTHINGS)
def test_what_means_nothing_says_why(case: str) -> None:
    update, reason = NOTHINGS[case]
    assert read(update, BOT) == Nothing(reason=reason)


def test_a_topic_is_a_lane_and_its_buttons_are_in_it() -> None:
    spoken = message(text="hi")
    assert lane_of(spoken) == "arrival/telegram/-1001/3"
    assert lane_of({"callback_query": spoken}) == "arrival/telegram/-1001/3"
    assert lane_of(message(is_topic_message=None)) == "arrival/telegram/-1001/0"
    assert lane_of({"my_chat_member": {"chat": GROUP}}) == "arrival/telegram/-1001/0"
    assert lane_of({"poll": {}}) == "arrival/telegram/0/0"


SAMPLES = [
    message(text="see", entities=[{"type": "text_link", "offset": 0, "length": 1}]),
    message(caption="x", document={"file_id": "d", "file_name": "a", "file_size": 1}),
    message(photo=[size(90)], sender_chat=GROUP),
    message(forum_topic_created={"name": "NN-7"}, **{"from": OURSELVES}),
    message(forum_topic_closed={}),
    message(migrate_to_chat_id=-9),
    {"callback_query": {"id": "9", "from": ANNA, "data": "a:b"} | message(text="c")},
    {"my_chat_member": {"chat": GROUP}},
]
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["\0", "\ud800", "text_link", "private"]),
)
json_values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value inside a JSON document."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    found = [(*here, key) for key, _ in items]
    return found + [way for key, one in items for way in paths(one, (*here, key))]


@given(st.data())
def test_a_spoilt_update_never_raises(data: st.DataObject) -> None:
    update: Any = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    *way, last = data.draw(st.sampled_from(paths(update)))
    holder = update
    for key in way:
        holder = holder[key]
    if data.draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = data.draw(json_values)
    happening = read(update, BOT)
    assert isinstance(happening, Happening)
    assert lane_of(update).startswith("arrival/telegram/")
    if isinstance(happening, Said):
        happening.text.encode()
        assert "\0" not in happening.text


@given(st.dictionaries(st.text(), json_values))
def test_any_json_never_raises(update: Json) -> None:
    assert isinstance(read(update, BOT), Nothing)
    assert lane_of(update)


def test_a_sticker_is_heard_so_that_its_author_can_be_told() -> None:
    happening = read(message(sticker={"file_id": "s"}), BOT)
    assert isinstance(happening, Said)
    assert (happening.text, happening.files) == ("", ())
