"""Each notice becomes one call, whatever the partner's text is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.constants import ReactionEmoji

from bot.call import Call, FileRef, decode, encode
from bot.card import topic_name
from bot.errors import IncompleteNoticeError, NoTopicError
from bot.message import TEXT_LIMIT
from bot.render import REACTIONS, UPLOAD_LIMIT, file_of, render
from bot.text import between, clean, cut, units
from tickets import process
from tickets.letter import File
from tickets.model import (
    Attachment,
    Comment,
    CommentId,
    Contact,
    ContactId,
    DeliveryId,
    Organisation,
    Specialist,
    SpecialistId,
    System,
    Ticket,
    TicketId,
)
from tickets.outgoing import ChatNotice
from tickets.words import Channel, FileState, Priority, Trust, Visibility

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ALL_BUTTONS = ["take:NN-7", "resolve:NN-7", "close:NN-7"]
ROMASHKA = Organisation(id=1, name="Ромашка")
IVAN = Contact(
    id=ContactId(1), name="Иван", email="ivan@romashka.ru", organisation=ROMASHKA
)
ANNA = Specialist(id=SpecialistId(1), name="Анна", telegram_id=5, site="NN")
TICKET = Ticket(
    id=TicketId(1),
    number="NN-7",
    version=1,
    site="NN",
    organisation=ROMASHKA,
    requester=IVAN,
    subject="Pump  <b>",
    process="default",
    stage=process.NEW,
    awaiting=None,
    priority=Priority.NORMAL,
    assignee=None,
    opened_at=NOON,
)
COMMENT = Comment(
    id=CommentId(41),
    public_id="c",
    ticket_id=TICKET.id,
    author=IVAN,
    visibility=Visibility.PUBLIC,
    trust=Trust.UNPROVEN,
    channel=Channel.SMTP,
    at=NOON,
    text="From: <a@b.c> & co",
)
PDF = File(name="план.pdf", media_type="application/pdf", content=b"%PDF")


class Echo:
    """Says the phrase's name and its facts."""

    def say(self, name: str, language: str, /, **facts: object) -> str:
        told = " ".join(f"{key}={value}" for key, value in sorted(facts.items()))
        return f"{name}/{language} {told}".strip()


def notice(kind: str, **fields: Any) -> ChatNotice:
    usual: dict[str, Any] = {
        "delivery": DeliveryId(1),
        "kind": kind,
        "chat": -1001,
        "language": "ru",
        "ticket": TICKET,
        "comment": COMMENT,
        "thread_id": 3,
    }
    return ChatNotice(**(usual | fields))


def params(kind: str, **fields: Any) -> dict[str, Any]:
    return render(notice(kind, **fields), Echo()).params


def data_of(shown: dict[str, Any]) -> list[str]:
    rows = shown.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    return [button["callback_data"] for row in rows for button in row]


def bold_of(shown: dict[str, Any]) -> str:
    (entity,) = shown["entities"]
    end = entity["offset"] + entity["length"]
    return between(shown["text"], entity["offset"], end)


def test_a_topic_is_named_by_number_subject_and_partner() -> None:
    call = render(notice("topic", thread_id=None), Echo())
    name = "NN-7 Pump <b> - Ромашка"
    expected = {"chat_id": -1001, "name": name}
    assert call == Call(method="createForumTopic", params=expected)


@given(st.text(), st.one_of(st.none(), st.text()))
def test_a_topics_name_fits_and_begins_with_its_number(
    subject: str, partner: str | None
) -> None:
    organisation = Organisation(id=1, name=partner) if partner is not None else None
    name = topic_name(replace(TICKET, subject=subject, organisation=organisation))
    assert units(name) <= 128
    assert name.split(" ")[0] == "NN-7"


def test_a_new_card_is_sent_quietly_with_its_buttons() -> None:
    call = render(notice("card"), Echo())
    assert call.method == "sendMessage"
    assert call.params["message_thread_id"] == 3
    assert call.params["disable_notification"] is True
    assert bold_of(call.params) == "NN-7 Pump <b>"
    assert "chat.card/ru assignee= awaiting= email=ivan@romashka.ru" in str(
        call.params["text"]
    )
    assert data_of(call.params) == ALL_BUTTONS


def test_a_known_card_is_edited_where_it_is() -> None:
    call = render(notice("card", card_message_id=8, repeat=True), Echo())
    assert call.method == "editMessageText"
    assert call.params["message_id"] == 8
    assert "message_thread_id" not in call.params
    assert str(call.params["text"]).startswith("NN-7")


BUTTONS = {
    process.NEW: ALL_BUTTONS,
    process.WAITING: ALL_BUTTONS,
    process.RESOLVED: ["close:NN-7"],
    process.CLOSED: [],
}


@pytest.mark.parametrize("stage", BUTTONS)
def test_a_cards_buttons_follow_the_stage(stage: str) -> None:
    assert (
        data_of(params("card", ticket=replace(TICKET, stage=stage))) == BUTTONS[stage]
    )


def test_a_comment_shows_its_author_and_its_words_as_they_are() -> None:
    shown = params("comment")
    head = "chat.comment-head/ru author=Иван email=ivan@romashka.ru"
    assert shown["text"].startswith(head)
    assert shown["text"].endswith("\nFrom: <a@b.c> & co")
    assert bold_of(shown).startswith(head)
    assert "parse_mode" not in shown
    assert data_of(shown) == []


def test_a_specialists_comment_has_no_organisation() -> None:
    shown = params("comment", comment=replace(COMMENT, author=ANNA))
    assert "author=Анна email= organisation=\n" in shown["text"]
    shown = params("comment", comment=replace(COMMENT, author=System(name="erp")))
    assert "author=erp email= organisation=\n" in shown["text"]


def test_an_unverified_comment_asks_for_a_verdict() -> None:
    shown = params("comment", facts={"unverified": True})
    assert "chat.unverified/ru" in shown["text"]
    assert data_of(shown) == ["accept:41", "reject:41"]


def test_a_possible_repeat_begins_with_its_mark() -> None:
    shown = params("comment", repeat=True)
    assert shown["text"].startswith("chat.repeat/ru\nchat.comment-head")
    assert bold_of(shown).startswith("chat.comment-head")


def test_a_long_comment_is_cut_and_says_that_a_file_follows() -> None:
    shown = params("comment", comment=replace(COMMENT, text="й" * 5000))
    assert shown["text"].endswith("…\n\nchat.comment-cut/ru")
    assert units(shown["text"]) < TEXT_LIMIT


def test_the_whole_text_follows_as_a_file() -> None:
    long = notice("full-text", comment=replace(COMMENT, text="й" * 5000))
    call, file = render(long, Echo()), file_of(long)
    assert file is not None
    assert (file.name, file.content) == ("NN-7-comment.txt", ("й" * 5000).encode())
    assert call.method == "sendDocument"
    assert call.file == FileRef.of(file)
    assert call.file.sha256 == hashlib.sha256(file.content).hexdigest()


def test_a_file_goes_as_a_document() -> None:
    call = render(notice("file", file=PDF), Echo())
    assert call.method == "sendDocument"
    assert call.params == {"chat_id": -1001, "message_thread_id": 3}
    assert call.file == FileRef.of(PDF)
    assert file_of(notice("file", file=PDF)) is PDF


def test_a_file_that_may_be_a_repeat_says_so() -> None:
    assert params("file", file=PDF, repeat=True)["caption"] == "chat.repeat/ru"


@pytest.mark.parametrize("size", [0, UPLOAD_LIMIT + 1])
def test_a_file_that_telegram_would_refuse_is_named(size: int) -> None:
    file = replace(PDF, content=bytes(size))
    call = render(notice("file", file=file), Echo())
    assert call.file is None
    told = f"chat.file-not-shown/ru file_name=план.pdf size={size}"
    assert call.params["text"] == told


def test_a_notice_answers_the_message_it_is_about() -> None:
    facts = {"notice": "file-too-big", "reply_to": 12, "name": "кино.mp4"}
    shown = params("notice", facts=facts)
    told = "chat.notice.file-too-big/ru file_name=кино.mp4 number=NN-7"
    assert shown["text"] == told
    reply = {"message_id": 12, "allow_sending_without_reply": True}
    assert shown["reply_parameters"] == reply


def test_a_notice_about_nothing_answers_nothing() -> None:
    facts = {"notice": "nobody-to-mail", "reply_to": None}
    assert "reply_parameters" not in params("notice", facts=facts)


@pytest.mark.parametrize("mark", REACTIONS)
def test_a_mark_is_a_reaction_that_telegram_knows(mark: str) -> None:
    facts = {"message_id": 12, "mark": mark}
    shown = params("reaction", facts=facts, ticket=None, thread_id=None)
    (reaction,) = shown["reaction"]
    assert reaction["emoji"] in {str(one.value) for one in ReactionEmoji}


def test_a_toast_answers_its_button() -> None:
    facts = {"callback_id": "900", "notice": "taken", "number": "NN-7"}
    call = render(notice("toast", facts=facts, ticket=None, thread_id=None), Echo())
    assert call == Call(
        method="answerCallbackQuery",
        params={"callback_query_id": "900", "text": "chat.toast.taken/ru number=NN-7"},
    )


def test_a_fetch_asks_for_the_file() -> None:
    facts = {"attachment": 3, "remote_id": "abc"}
    call = render(notice("fetch", facts=facts, thread_id=None), Echo())
    assert call == Call(method="getFile", params={"file_id": "abc"})


@pytest.mark.parametrize("kind", ["card", "comment", "full-text", "file", "notice"])
def test_what_goes_into_a_topic_needs_one(kind: str) -> None:
    lost = notice(kind, thread_id=None, file=PDF, facts={"notice": "anonymous"})
    with pytest.raises(NoTopicError):
        render(lost, Echo())


INCOMPLETE = [
    notice("comment", comment=None),
    notice("card", ticket=None),
    notice("full-text", comment=None),
    notice("file"),
    notice("notice"),
    notice("toast", facts={"notice": "taken"}),
    notice("reaction", facts={"message_id": 1, "mark": "bored"}),
    notice("fetch"),
    notice("dance"),
]


@pytest.mark.parametrize("lacking", INCOMPLETE, ids=lambda one: one.kind)
def test_what_lacks_something_says_what(lacking: ChatNotice) -> None:
    with pytest.raises(IncompleteNoticeError, match=lacking.kind):
        render(lacking, Echo())


anything = st.text(st.characters(exclude_categories=()), max_size=6000)


notices = st.builds(
    lambda text, name, unverified, repeat: notice(
        "comment",
        comment=replace(COMMENT, text=text, author=replace(IVAN, name=name)),
        facts={"unverified": unverified},
        repeat=repeat,
    ),
    anything,
    anything,
    st.booleans(),
    st.booleans(),
)


@given(notices)
def test_no_foreign_text_breaks_a_comment(hostile: ChatNotice) -> None:
    call = render(hostile, Echo())
    shown: dict[str, Any] = call.params
    assert 0 < units(shown["text"]) <= TEXT_LIMIT
    assert "\0" not in shown["text"]
    shown["text"].encode()
    (bold,) = shown["entities"]
    assert bold["offset"] + bold["length"] <= units(shown["text"])
    assert decode(encode(call)) == call


@given(anything, st.integers(0, 50))
def test_a_cut_text_fits_and_begins_as_it_did(text: str, limit: int) -> None:
    text = clean(text)
    short = cut(text, limit)
    assert units(short) <= limit
    assert text.startswith(short.removesuffix("…").rstrip()) or short == text


def test_a_frozen_call_has_the_same_bytes_every_time() -> None:
    call = render(notice("file", file=PDF), Echo())
    assert encode(call) == encode(decode(encode(call)))
    assert decode(encode(call)).file == call.file


OLGA = 2001


def told(kind: str, **fields: Any) -> dict[str, Any]:
    """Return what a private chat is sent."""
    return params(kind, **{"chat": OLGA, "thread_id": None, **fields})


def test_a_partner_is_told_the_number_in_answer_to_what_they_wrote() -> None:
    shown = told("accepted", facts={"notice": "accepted", "reply_to": 9})
    assert (shown["chat_id"], bold_of(shown)) == (OLGA, "NN-7")
    assert shown["reply_parameters"]["message_id"] == 9
    assert "message_thread_id" not in shown
    assert "subject=Pump" in shown["text"]


def test_an_answer_bears_the_number_and_who_gave_it() -> None:
    shown = told("answer", comment=replace(COMMENT, author=ANNA))
    assert bold_of(shown) == "NN-7 · Анна"
    assert shown["text"].endswith("From: <a@b.c> & co")


def test_an_answer_names_the_files_that_stayed_behind() -> None:
    kept = Attachment(
        id=1,
        name="кино.mov",
        media_type="a/b",
        size=30_000_000,
        sha256=None,
        state=FileState.REMOTE_ONLY,
    )
    answer = replace(COMMENT, author=ANNA, attachments=(kept,))
    assert "names=кино.mov" in told("answer", comment=answer)["text"]


@given(text=st.text(max_size=9000), subject=st.text(max_size=300))
def test_whatever_is_written_fits_a_private_message(text: str, subject: str) -> None:
    ticket = replace(TICKET, subject=subject)
    comment = replace(COMMENT, author=ANNA, text=text)
    for kind in ("answer", "accepted"):
        shown = told(kind, ticket=ticket, comment=comment)
        assert 0 < units(shown["text"]) <= TEXT_LIMIT


def test_a_private_notice_has_words_of_its_own() -> None:
    shown = told("notice", facts={"notice": "welcome", "language": "en"})
    assert shown["text"] == "chat.partner.welcome/ru number=NN-7"


def test_a_comment_from_the_chat_says_where_it_came_from() -> None:
    shown = params("comment", comment=replace(COMMENT, channel=Channel.TELEGRAM))
    assert "email=Telegram" in shown["text"]
