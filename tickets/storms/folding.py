"""A mail of a storm becomes a comment that nobody is called for."""

from __future__ import annotations

from tickets.comments import add_comment
from tickets.desk import Desk
from tickets.gate.trust import Source, judge
from tickets.letter import Mailbox
from tickets.model import Ticket
from tickets.people import find_contacts
from tickets.post.posted import Post, draft_of, remember
from tickets.storms.gusts import STORM, Gust, note_folding
from tickets.verdict import Verdict
from tickets.words import Outcome


def fold(
    desk: Desk, post: Post, author: Mailbox, *, gust: Gust, parent: Ticket
) -> Verdict:
    """Add a mail to the storm's ticket: it changes no stage and is not shown."""
    contact = find_contacts(desk, [author])[0]
    people = desk.books.participants(parent.id)
    known = any(one.contact.id == contact.id for one in people)
    trust = judge(Source(participant=known, vouched=post.letter.vouched))
    draft = draft_of(desk, post, contact, trust=trust)
    parent, comment = add_comment(desk.work, parent, draft)
    remember(desk.work, post.letter, parent.id, trust=trust)
    note_folding(desk, gust, parent=parent, sender=author.address)
    return Verdict(
        outcome=Outcome.COMMENT,
        rule=STORM,
        outcome_id=str(comment.id),
        ticket_id=parent.id,
    )
