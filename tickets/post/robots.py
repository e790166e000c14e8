"""Mails that programs wrote: which of them nobody is waiting for."""

from __future__ import annotations

from collections.abc import Mapping

from tickets.desk import Desk
from tickets.letter import Letter, Mailbox, Robot
from tickets.post.bounces import FOREIGN
from tickets.post.ladder import Ref
from tickets.rules import Rules
from tickets.verdict import Verdict
from tickets.words import Outcome

NO_AUTHOR = Verdict(outcome=Outcome.PARKED, rule="no-author")
OWN_MAIL = Verdict(outcome=Outcome.SIGNAL, rule="own-mail-came-back")
RECEIPT = Verdict(outcome=Outcome.SIGNAL, rule="read-receipt")
AUTO_REPLY = Verdict(outcome=Outcome.SIGNAL, rule="auto-reply")


def set_aside(letter: Letter, author: Mailbox | None, rules: Rules) -> Verdict | None:
    """Return the verdict on a mail that no ticket is looked for."""
    if letter.report is not None:
        return FOREIGN
    if author is None:
        return NO_AUTHOR
    if letter.own_ticket is not None and rules.is_own(author.address):
        return OWN_MAIL
    return RECEIPT if letter.robot is Robot.RECEIPT else None


def came_back(
    desk: Desk, letter: Letter, author: Mailbox, *, refs: Mapping[str, Ref]
) -> Verdict | None:
    """Return the verdict on a mail of ours that somebody's forwarding returned.

    With our Message-ID alone it could be a person's, whose program took it over.
    """
    ref = refs.get(letter.message_id or "")
    if ref is None or not ref.own:
        return None
    marked = letter.own_ticket is not None or desk.rules.is_own(author.address)
    return OWN_MAIL if marked else None


def replies(letter: Letter) -> bool:
    """Say whether a program wrote it only because something was sent there."""
    return letter.robot is Robot.REPLY
