"""Whether a program may write to who wrote a mail (RFC 3834)."""

from __future__ import annotations

from tickets.desk import Desk
from tickets.notices import is_machine
from tickets.post.posted import Post
from tickets.rules import ACKNOWLEDGEMENT_WINDOW


def is_answerable(desk: Desk, post: Post) -> bool:
    """Say whether the return path may be written to at all (RFC 3834, 2).

    Who forged From may have forged the return path, too.
    """
    to = post.mail_from
    if not to or post.letter.automatic or post.letter.vouched is False:
        return False
    return is_a_persons(desk, to)


def is_a_persons(desk: Desk, address: str) -> bool:
    """Say whether somebody may read what is sent to an address, and it is not ours."""
    return not (desk.rules.is_own(address) or is_machine(address))


def has_had_enough(desk: Desk, post: Post) -> bool:
    """Say whether the return path was acknowledged as often as may be in a day."""
    since = desk.work.now - ACKNOWLEDGEMENT_WINDOW
    acknowledged = desk.books.acknowledged_since(post.mail_from.lower(), since)
    return acknowledged >= desk.rules.acknowledgements_a_day


def may_tell(desk: Desk, post: Post) -> bool:
    """Say whether who wrote may be told something now."""
    return is_answerable(desk, post) and not has_had_enough(desk, post)
