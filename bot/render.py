"""A notice for the chat is put into words and buttons, as a call to make."""

from __future__ import annotations

from collections.abc import Callable

from bot.call import Call, FileRef
from bot.card import SHORT, make_topic, short_name, show_card
from bot.errors import IncompleteNoticeError
from bot.message import (
    CAPTION_LIMIT,
    TOAST_LIMIT,
    Button,
    keyboard,
    mention,
    message_params,
)
from bot.question import ask, tell_decision
from bot.text import clean, cut, one_line
from bot.troubles import explained
from bot.wording import Phrases, Wording
from tickets.chat import SHOWN_CHARACTERS, shown_length
from tickets.letter import File
from tickets.model import Contact, Json
from tickets.outgoing import ChatNotice
from tickets.words import Channel, FileState

#: Of Telegram's fixed list, which has neither a tick nor a cross.
REACTIONS = {"queued": "👀", "delivered": "👌", "failed": "💔", "noted": "✍"}
UPLOAD_LIMIT = 50_000_000
#: How much operators read of a reason in the chat; the command line has all.
REASON_LIMIT = 600
#: Facts that are no part of a sentence.
_UNSAID = frozenset({"notice", "reply_to", "callback_id", "language", "mention"})


def render(notice: ChatNotice, phrases: Phrases) -> Call:
    """Return the call that carries a notice out.

    Raises NoTopicError if it needs a topic and has none, IncompleteNoticeError if
    its kind needs what it does not have.
    """
    make = _KINDS.get(notice.kind)
    if make is None:
        raise IncompleteNoticeError(notice.kind, "a kind that is known")
    return make(Wording(notice, phrases))


def file_of(notice: ChatNotice) -> File | None:
    """Return the file whose bytes the sender needs beside the rendered call."""
    if notice.kind == "file":
        return notice.file
    if notice.kind != "full-text":
        return None
    if notice.ticket is None or notice.comment is None:
        raise IncompleteNoticeError(notice.kind, "its comment")
    return File(
        name=f"{notice.ticket.number}-comment.txt",
        media_type="text/plain",
        content=clean(notice.comment.text).encode(),
    )


def _say_comment(wording: Wording) -> Call:
    comment = wording.comment
    text = clean(comment.text).strip()
    if shown_length(text) > SHOWN_CHARACTERS:
        text = f"{cut(text, SHOWN_CHARACTERS)}\n\n{wording.say('chat.comment-cut')}"
    buttons = []
    if wording.notice.facts.get("unverified"):
        text = f"{wording.say('chat.unverified')}\n\n{text}"
        buttons = [
            Button(
                label=wording.say(f"chat.button.{action}"),
                data=f"{action}:{comment.id}",
            )
            for action in ("accept", "reject")
        ]
    params = message_params(text, above=wording.repeat_mark, bold=_head(wording))
    return _message(wording, params | keyboard(*buttons))


def _head(wording: Wording) -> str:
    author = wording.comment.author
    email, organisation = "", ""
    if isinstance(author, Contact):
        by_chat = wording.comment.channel is Channel.TELEGRAM
        email = "Telegram" if by_chat else cut(author.email or "", SHORT)
        organisation = short_name(author.organisation)
    head = wording.say(
        "chat.comment-head",
        author=short_name(author),
        email=email,
        organisation=organisation,
    )
    return one_line(head)


def _say_accepted(wording: Wording) -> Call:
    """Tell a partner the number of their request."""
    ticket = wording.ticket
    text = wording.say("chat.partner.accepted", subject=cut(ticket.subject, SHORT))
    params = message_params(text, above=wording.repeat_mark, bold=ticket.number)
    return _message(wording, params | _reply(wording))


def _say_answer(wording: Wording) -> Call:
    """Give a partner the specialist's words, under the ticket's number."""
    comment = wording.comment
    text = clean(comment.text).strip()
    if shown_length(text) > SHOWN_CHARACTERS:
        text = f"{cut(text, SHOWN_CHARACTERS)}\n\n{wording.say('chat.comment-cut')}"
    unsent = [
        file.name for file in comment.attachments if file.state is FileState.REMOTE_ONLY
    ]
    if unsent:
        names = cut(one_line(", ".join(unsent)), SHORT)
        text = f"{text}\n\n{wording.say('chat.partner.unsent', names=names)}"
    head = f"{wording.ticket.number} · {short_name(comment.author)}"
    params = message_params(text, above=wording.repeat_mark, bold=head)
    return _message(wording, params | _reply(wording))


def _send_file(wording: Wording) -> Call:
    file = file_of(wording.notice)
    if file is None:
        raise IncompleteNoticeError(wording.notice.kind, "its file")
    if not 0 < len(file.content) <= UPLOAD_LIMIT:
        return _name_file(wording, file)
    params = wording.place
    if caption := _caption(wording, file):
        params["caption"] = cut(caption, CAPTION_LIMIT)
    return Call(method="sendDocument", params=params, file=FileRef.of(file))


def _caption(wording: Wording, file: File) -> str:
    """Return what must be read before a file is opened."""
    remarks = wording.notice.facts.get("remarks")
    said = [wording.repeat_mark]
    if isinstance(remarks, list):
        said += [
            wording.say(f"chat.file.{one}", type=file.media_type) for one in remarks
        ]
    return "\n".join(filter(None, said))


def _name_file(wording: Wording, file: File) -> Call:
    """Say that there is a file which Telegram would refuse: empty or too big."""
    name = cut(one_line(file.name), SHORT)
    text = wording.say("chat.file-not-shown", file_name=name, size=len(file.content))
    return _message(wording, message_params(text, above=wording.repeat_mark))


def _say_notice(wording: Wording) -> Call:
    group = "chat.partner" if wording.notice.is_private else "chat.notice"
    sentence = explained(wording, _sentence(wording, group))
    params = message_params(sentence, above=wording.repeat_mark)
    called = wording.notice.facts.get("mention")
    if isinstance(called, int):
        name = one_line(str(wording.fact("assignee")))
        params |= mention(str(params["text"]), name, user=called)
    return _message(wording, params | _reply(wording))


def _say_alarm(wording: Wording) -> Call:
    """Tell the operators what waits for them; their chat needs no topic."""
    facts: Json = {
        **wording.notice.facts,
        "reason": cut(one_line(str(wording.fact("reason"))), REASON_LIMIT),
    }
    said = {key: one for key, one in facts.items() if key not in _UNSAID}
    text = wording.say(f"chat.alarm.{wording.fact('notice')}", **said)
    if more := wording.fact("more"):
        text = f"{text}\n\n{wording.say('chat.alarm.more', count=more)}"
    params = message_params(text, above=wording.repeat_mark)
    return Call(method="sendMessage", params={"chat_id": wording.notice.chat, **params})


def _reply(wording: Wording) -> Json:
    """Return what makes a message an answer to another, nothing if it is none."""
    reply_to = wording.notice.facts.get("reply_to")
    if reply_to is None:
        return {}
    answered = {"message_id": reply_to, "allow_sending_without_reply": True}
    return {"reply_parameters": answered}


def _message(wording: Wording, params: Json) -> Call:
    return Call(method="sendMessage", params={**wording.place, **params})


def _toast(wording: Wording) -> Call:
    params: Json = {
        "callback_query_id": wording.fact("callback_id"),
        "text": cut(_sentence(wording, "chat.toast"), TOAST_LIMIT),
    }
    return Call(method="answerCallbackQuery", params=params)


def _sentence(wording: Wording, group: str) -> str:
    ticket = wording.notice.ticket
    facts: Json = {"number": ticket.number} if ticket else {}
    for key, value in wording.notice.facts.items():
        if key not in _UNSAID:
            # A file's name must not be taken for the name of the phrase.
            facts["file_name" if key == "name" else key] = value
    return wording.say(f"{group}.{wording.fact('notice')}", **facts)


def _react(wording: Wording) -> Call:
    emoji = REACTIONS.get(str(wording.fact("mark")))
    if emoji is None:
        raise IncompleteNoticeError("reaction", "a mark that has an emoji")
    params: Json = {
        "chat_id": wording.notice.chat,
        "message_id": wording.fact("message_id"),
        "reaction": [{"type": "emoji", "emoji": emoji}],
    }
    return Call(method="setMessageReaction", params=params)


def _fetch(wording: Wording) -> Call:
    params: Json = {"file_id": wording.fact("remote_id")}
    return Call(method="getFile", params=params)


_KINDS: dict[str, Callable[[Wording], Call]] = {
    "topic": make_topic,
    "card": show_card,
    "comment": _say_comment,
    "full-text": _send_file,
    "file": _send_file,
    "notice": _say_notice,
    "accepted": _say_accepted,
    "answer": _say_answer,
    "reaction": _react,
    "toast": _toast,
    "fetch": _fetch,
    "alarm": _say_alarm,
    "question": ask,
    "decision": tell_decision,
}
