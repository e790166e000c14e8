"""A mail arrives: which ticket it belongs to and what happens then."""

from __future__ import annotations

from tickets.comments import body_hash
from tickets.desk import Desk
from tickets.gate.blocking import BLOCKED, is_blocked
from tickets.gate.trust import Source, answers_known_mail
from tickets.letter import Letter, Mailbox
from tickets.people import partner_of
from tickets.post.alike import find_alike
from tickets.post.beginning import begin
from tickets.post.bounces import note_report
from tickets.post.clues import find_refs, find_signed, gather
from tickets.post.continuing import go_on
from tickets.post.courtesy import is_a_persons, is_answerable
from tickets.post.forwarding import hear_specialist
from tickets.post.ladder import Placed, Ref, climb
from tickets.post.posted import Post
from tickets.post.robots import AUTO_REPLY, NO_AUTHOR, came_back, replies, set_aside
from tickets.rules import Strangers
from tickets.verdict import Verdict
from tickets.wishes.leaving import leave_by_mail
from tickets.wishes.statuses import answer_question
from tickets.words import Outcome


def receive(desk: Desk, post: Post) -> Verdict:
    """File one mail: as a ticket, a comment, a duplicate, a signal, or set aside."""
    letter, author = post.letter, post.author
    if letter.report is not None:
        return note_report(desk, letter.report)
    aside = set_aside(letter, author, desk.rules)
    if aside is not None or author is None:
        return aside or NO_AUTHOR
    if is_blocked(desk, author.address):
        return BLOCKED
    refs = find_refs(desk, letter)
    copy = came_back(desk, letter, author, refs=refs) or _copy_of(desk, letter, refs)
    return copy or _file(desk, post, author, refs=refs)


def _copy_of(desk: Desk, letter: Letter, refs: dict[str, Ref]) -> Verdict | None:
    """Return the verdict on a mail that already had its effect."""
    ref = refs.get(letter.message_id or "")
    if ref is None or not ref.seen or ref.arrival_id in {None, desk.work.arrival}:
        return None
    first = desk.books.same_comment(ref, body_hash(letter.whole, letter.files))
    if first is None:
        return None
    return Verdict(
        outcome=Outcome.DUPLICATE,
        rule="same-message-id-and-body",
        outcome_id=str(first.id),
        ticket_id=first.ticket_id,
    )


def _file(desk: Desk, post: Post, author: Mailbox, *, refs: dict[str, Ref]) -> Verdict:
    """Let the mail climb the ladder, and do what it asks for where it stands."""
    letter = post.letter
    signed = find_signed(desk, letter, author, rcpt_tos=post.rcpt_tos)
    clues = gather(desk, letter, author, refs=refs, signed=signed)
    placed = climb(clues) or find_alike(desk, letter, author)
    done = hear_specialist(desk, post, author, placed=placed)
    asked = done or _obey(desk, post, author, placed=placed)
    if isinstance(asked, Verdict):
        return asked
    placed = asked or placed
    if placed is None:
        return AUTO_REPLY if replies(letter) else begin(desk, post, author)
    # Who asks about one ticket on the way to another has the other's address.
    here = signed if signed and signed.ticket_id == placed.ticket_id else None
    source = Source(
        proven=here is not None and here.is_for(author),
        knows_an_id=answers_known_mail(desk, clues, placed),
        knows_an_address=here is not None,
        vouched=letter.vouched,
    )
    return go_on(desk, post, author, placed=placed, source=source)


def _obey(
    desk: Desk, post: Post, author: Mailbox, *, placed: Placed | None
) -> Verdict | Placed | None:
    """Do what a mail says that is a command; None if it is for somebody to read."""
    letter = post.letter
    answerable = is_answerable(desk, post) and is_a_persons(desk, author.address)
    if placed is not None:
        left = leave_by_mail(desk, letter, author, placed=placed, answerable=answerable)
        if left is not None:
            return left
    if not (answerable and _may_ask(desk, post, author)):
        return None
    return answer_question(desk, letter, author, placed=placed)


def _may_ask(desk: Desk, post: Post, author: Mailbox) -> bool:
    """Say whether an answer to From goes to who wrote, or to somebody who knows us.

    Else the desk could be made to write to anybody; and where strangers must be let
    in, nothing that they write is answered before.
    """
    address = author.address.lower()
    if desk.books.contacts([address]) or partner_of(desk, author) is not None:
        return True
    is_theirs = post.letter.vouched is True or post.mail_from.lower() == address
    return is_theirs and desk.rules.strangers is Strangers.ACCEPT
