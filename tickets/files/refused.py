"""Files that are not passed on: who is told, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Sequence

from tickets import chat
from tickets.desk import Desk
from tickets.files.examined import is_bomb
from tickets.letter import Excess, LeftOut
from tickets.model import Attachment, Comment, Contact, Json, Ticket
from tickets.notices import mail_sparingly
from tickets.talk import Person
from tickets.words import FileState, Trust

#: The mail that names files which were not passed on, and why.
NOTICE = "files-refused"
_NAMED = 20


def tell_of_files(
    desk: Desk,
    ticket: Ticket,
    comment: Comment,
    *,
    left_out: Sequence[LeftOut],
    to: str | None,
) -> None:
    """Tell the specialists, and who wrote at ``to``, what is not passed on."""
    locked = [one for one in comment.attachments if is_locked(one)]
    for file in locked:
        chat.tell_topic(desk, ticket, f"file-{_trouble(file)}", facts=_facts(file))
    if left_out:
        _tell_left_out(desk, ticket, left_out)
    theirs = [one for one in left_out if one.excess is not Excess.PARTS]
    if to is not None and (locked or theirs):
        facts: Json = {
            "refused": [one.name for one in locked][:_NAMED],
            "too_large": [one.name for one in theirs][:_NAMED],
        }
        mail_sparingly(desk, ticket, NOTICE, email=to.lower(), facts=facts)


def tell_of_fetched(
    desk: Desk, ticket: Ticket, comment: Comment, *, file: Attachment
) -> None:
    """Tell that a file out of the chat is locked, its author among others."""
    author, notice = comment.author, f"file-{_trouble(file)}"
    if not isinstance(author, Contact):
        where = desk.books.chat_message_of(comment.id)
        reply_to = where[1] if where else None
        notice = f"own-{notice}"
        chat.tell_topic(desk, ticket, notice, facts=_facts(file), reply_to=reply_to)
        return
    chat.tell_topic(desk, ticket, notice, facts=_facts(file))
    if author.telegram is not None and comment.trust is not Trust.UNPROVEN:
        person = Person(id=author.telegram, name=author.name, language=author.language)
        facts: Json = {"name": file.name}
        chat.tell_person(desk.work, person, "file-refused", ticket=ticket, facts=facts)


def is_locked(file: Attachment) -> bool:
    return file.state is FileState.INFECTED


def says_nothing(answer: Comment) -> bool:
    """Say whether nothing is left to send: no word, and every file is locked."""
    return not answer.text.strip() and all(map(is_locked, answer.attachments))


def fail_answer(desk: Desk, answer: Comment) -> None:
    """Show on the specialist's message that nothing of it leaves."""
    where = desk.books.chat_message_of(answer.id)
    if where is not None:
        chat.react(desk.work, where, "failed")


def _trouble(file: Attachment) -> str:
    return "bomb" if is_bomb(file.scan) else "infected"


def _facts(file: Attachment) -> Json:
    if is_bomb(file.scan):
        return {"name": file.name}
    return {"name": file.name, "virus": file.scan or ""}


def _tell_left_out(desk: Desk, ticket: Ticket, left_out: Sequence[LeftOut]) -> None:
    facts: Json = {"arrival": desk.work.arrival or 0}
    names = [one.name for one in left_out if one.excess is not Excess.PARTS]
    if not names:
        chat.tell_topic(desk, ticket, "parts-left-out", facts=facts)
        return
    shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    facts |= {"names": shown, "count": len(names)}
    chat.tell_topic(desk, ticket, "files-left-out", facts=facts)
