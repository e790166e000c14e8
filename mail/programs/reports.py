"""What a report on a delivery says: whose mail failed, which one it was, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mail.programs import bounces, recipients, returned
from mail.reading import addresses, fields, transfer
from mail.reading.fields import Fields
from mail.reading.limits import DEFAULT
from mail.reading.mime import Part
from mail.reading.words import one_line
from tickets.letter import Report
from tickets.words import Fate

_STATUSES = frozenset(
    {"message/delivery-status", "message/global-delivery-status"}  # RFC 6533
)
_OF_ONE = (b"final-recipient", b"status", b"diagnostic-code")
_READABLE = ("text/", "message/")
_BLANK = re.compile(rb"(?:\r?\n[ \t]*){2,}")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_TYPED = re.compile(r"[\w.-]{1,40}\s*;\s*")  # "smtp; 550 no such user", RFC 3464, 2.1.2
_FATES = {
    "failed": Fate.FAILED,
    "failure": Fate.FAILED,
    "delayed": Fate.DELAYED,
    "delivered": Fate.PASSED,
    "relayed": Fate.PASSED,
    "expanded": Fate.PASSED,
}
_GRAVEST = (Fate.FAILED, Fate.DELAYED, Fate.PASSED)
_MOST = 50
_WORDS = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What a status says of one recipient (RFC 3464, 2.3)."""

    address: str
    fate: Fate
    status: str
    words: str


def read(root: Part, text: str, subject: str) -> Report:
    """Return what a mail reports that is a report; ``text`` is what it shows."""
    parts = list(root.leaves())
    told = [
        one for part in parts if part.media_type in _STATUSES for one in _told(part)
    ]
    told = told or _free_form(root, text, subject)
    shown = [_decoded(one) for one in parts if one.media_type.startswith(_READABLE)]
    fate = min((one.fate for one in told), key=_GRAVEST.index)
    meant = [one for one in told if one.fate is fate]
    said = next((one for one in meant if one.words), meant[0])
    return Report(
        fate=fate,
        recipients=_first(one.address for one in meant) or _named(root, text),
        message_ids=_first((*returned.message_ids(shown), *_answered(root))),
        reply_to=_first(returned.reply_to(shown)),
        status=next((one.status for one in meant if one.status), ""),
        words=said.words or _why(text) or said.status or subject[:_WORDS],
    )


def _answered(root: Part) -> Iterator[str]:
    for name in (b"x-original-message-id", b"in-reply-to", b"references"):
        yield from _ID.findall(root.fields.text(name))


def _told(part: Part) -> Iterator[_Told]:
    """Yield what each group of fields says that is about a recipient.

    The first group speaks of the mail as a whole, and some write the action there.
    """
    common = ""
    for group in _BLANK.split(_decoded(part).strip())[: _MOST * 2]:
        block = fields.parse(group + b"\n", DEFAULT)
        action = block.text(b"action").split(" ")[0].lower().strip("();,.")
        address = _address(block)
        if not address and not any(name in block for name in _OF_ONE):
            common = common or action
            continue
        words = _TYPED.sub("", block.text(b"diagnostic-code"), count=1)
        status = _STATUS.search(block.text(b"status")) or _STATUS.search(words)
        code = status[0] if status else ""
        yield _Told(
            address=address,
            fate=_FATES.get(action or common) or _fate_of(code),
            status=code,
            words=one_line(words)[:_WORDS],
        )


def _address(block: Fields) -> str:
    """Return the address that we wrote to, rather than where it was led on."""
    for name in (b"original-recipient", b"final-recipient", b"x-actual-recipient"):
        value = _TYPED.sub("", block.text(name), count=1)
        boxes = addresses.parse(value.encode("utf-8", "replace"), "utf-8", 1)
        if boxes and "@" in boxes[0].address:
            return boxes[0].address
    return ""


def _fate_of(status: str) -> Fate:
    kinds = {"2": Fate.PASSED, "4": Fate.DELAYED}
    return kinds.get(status[:1], Fate.FAILED)


def _free_form(root: Part, text: str, subject: str) -> list[_Told]:
    """Return what a report says that a program wrote as it pleased; never nothing."""
    found = bounces.find(root)
    waits = found.temporary or bounces.waits(subject, text)
    people = _named(root, text, found.addresses) or ("",)
    reason = _why(text, people)
    status = _STATUS.search(reason)
    return [
        _Told(
            address=one,
            fate=Fate.DELAYED if waits else Fate.FAILED,
            status=status[0] if status else "",
            words=reason,
        )
        for one in people
    ]


def _named(root: Part, text: str, found: tuple[str, ...] = ()) -> tuple[str, ...]:
    return _first(recipients.named(root, text, own=_own(root), found=found))


def _own(root: Part) -> Iterator[str]:
    """Yield who got the report and who wrote it."""
    for name in (b"to", b"delivered-to", b"from", b"sender"):
        for box in addresses.parse(root.fields.first(name), most=_MOST):
            yield box.address


def _why(text: str, people: Sequence[str] = ()) -> str:
    return one_line(bounces.reason(text, people))[:_WORDS]


def _first(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))[:_MOST]


def _decoded(part: Part) -> bytes:
    return transfer.undo(part.encoding, part.body)[0]
