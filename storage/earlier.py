"""What was said on a ticket before an answer, as far as the partner may read it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, or_, select, text

from storage.holding import has_begun
from storage.lookups import comments
from storage.prepared import Prepared
from storage.rows import COMMENT
from storage.transaction import Transaction
from tickets.model import Comment, CommentId

_comment = COMMENT.c


def earlier(tx: Transaction, answer: Comment, *, most: int) -> tuple[Comment, ...]:
    """Return the public comments before an answer, the newest first.

    None that nobody has vouched for: who wrote it may be anybody. None of ours that
    has not left, such as one that waits for its files: it may yet be taken back.
    """
    found = tx.run(
        _before,
        {
            "ticket": answer.ticket_id,
            "answer": answer.id,
            "until": answer.at,
            "most": most,
        },
    )
    ids = [CommentId(row.id) for row in found]
    whole = comments(tx, ids)
    return tuple(whole[one] for one in ids)


@Prepared
def _before(_: Any) -> Any:
    return (
        select(_comment.id)
        .where(_comment.ticket_id == bindparam("ticket"))
        .where(_comment.at <= bindparam("until"), _comment.id != bindparam("answer"))
        .where(text("comment.visibility = 'public' AND comment.trust <> 'unproven'"))
        .where(or_(_comment.contact_id.is_not(None), has_begun(_comment.id)))
        .order_by(_comment.at.desc(), _comment.id.desc())
        .limit(bindparam("most"))
    )
