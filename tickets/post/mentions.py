"""What a mail names, before anything of it is looked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tickets.letter import Letter
from tickets.post.ladder import tag_of
from tickets.post.posted import Post
from tickets.post.subjects import subject_key
from tickets.rules import Rules
from tickets.storms.gusts import key_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentions:
    """What filing a mail will ask the records for.

    ``people`` are lower-case addresses, ``numbers`` those of tickets in the subject
    and in signed addresses; ``author`` is one of the people; ``site`` is where it
    opens a ticket if it opens one.
    ``subject`` is what its conversation may be known by (tickets.subjects), and
    ``storm`` under what a rule for storms counts it; ``vouched`` is the author again,
    where somebody vouches for them: they may be of staff.
    """

    message_ids: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    author: str = ""
    return_path: str = ""
    site: str = ""
    subject: str = ""
    storm: str = ""
    vouched: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """Return what no other mail may share that is filed at the same time."""
        named = self.message_ids | self.people | self.numbers
        more = (self.return_path, self.subject, self.storm)
        return named | {one for one in more if one}


def mentions_of(post: Post, rules: Rules) -> Mentions:
    """Return what a mail names, as tickets.post will look it up."""
    letter = post.letter
    shown = [box.address for box in (*letter.to, *letter.cc)]
    people = {one.lower() for one in shown if "@" in one and not rules.is_own(one)}
    if post.author is not None:
        people.add(post.author.address.lower())
    ids = {*letter.references, *letter.in_reply_to}
    if letter.message_id:
        ids.add(letter.message_id)
    return Mentions(
        message_ids=frozenset(ids),
        people=frozenset(people),
        numbers=frozenset(_numbers(post, shown, rules)),
        author=post.author.address.lower() if post.author else "",
        return_path=post.mail_from.lower(),
        site=rules.site_for(post.rcpt_tos).code,
        subject=_subject(letter, rules),
        storm=_storm(post, rules),
        vouched=_vouched_author(post),
    )


def _vouched_author(post: Post) -> str:
    author = post.author
    if author is None or post.letter.vouched is not True:
        return ""
    return author.address.lower()


def _subject(letter: Letter, rules: Rules) -> str:
    if rules.same_subject is None or letter.automatic:
        return ""
    return subject_key(letter.subject) or ""


def _storm(post: Post, rules: Rules) -> str:
    found = key_for(rules, post.letter, post.author)
    return found[1] if found else ""


def _numbers(post: Post, shown: list[str], rules: Rules) -> Iterator[str]:
    if tag := tag_of(post.letter.subject):
        yield tag
    for address in (*post.rcpt_tos, *shown):
        if said := rules.signer.read(address):
            yield said.number


def apart(mails: Sequence[Mentions]) -> list[list[int]]:
    """Divide mails, by their place, into groups whose members share nothing.

    Of two that share something, the one that came first is in an earlier group.
    """
    groups: list[list[int]] = []
    last: dict[str, int] = {}  # the last group in which something is named
    for place, mail in enumerate(mails):
        keys = mail.keys
        group = max((last[key] + 1 for key in keys if key in last), default=0)
        if group == len(groups):
            groups.append([])
        groups[group].append(place)
        last.update(dict.fromkeys(keys, group))
    return groups
