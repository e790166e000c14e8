"""One file of a comment, as those may have it who were sent a link."""

from __future__ import annotations

from sqlalchemy import select

from storage.rows import ATTACHMENT, COMMENT, to_attachment
from storage.transaction import Transaction
from tickets.model import Attachment
from tickets.words import FileState, Visibility


def sent(tx: Transaction, attachment: int) -> Attachment:
    """Return it; LookupError if it is not stored or not for them."""
    row = tx.run(
        select(ATTACHMENT)
        .join(COMMENT, ATTACHMENT.c.comment_id == COMMENT.c.id)
        .where(ATTACHMENT.c.id == attachment)
        .where(ATTACHMENT.c.state == FileState.STORED)
        .where(COMMENT.c.visibility == Visibility.PUBLIC)
    ).first()
    if row is None:
        raise LookupError(f"attachment {attachment} is not there to be fetched")
    return to_attachment(row)
