"""What a receiver's HTTP answer means for an event (RFC 9110)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from bus.wording import one_line
from tickets.sending import Answer, Later, Never, Sent

#: A receiver that asks for more is asked again then; its clock may be wrong.
LONGEST_WAIT = timedelta(hours=1)
#: The one form of a date that servers may send.
_DATE = "%a, %d %b %Y %H:%M:%S GMT"
#: What is said of the event itself, whatever becomes of the set-up.
_FINAL = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A status, the headers by lower-case names, and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def meaning(reply: Reply, *, now: float) -> Answer:
    """Return what became of the event; ``now`` are seconds since 1970."""
    name = _named(reply.status)
    if 200 <= reply.status < 300:
        return Sent(", ".join(filter(None, (name, _reference(reply)))))
    if 300 <= reply.status < 400:
        where = _place(reply.headers.get("location", ""))
        return Later(f"{name}: it is elsewhere, mend the address (now {where})")
    reason = ": ".join(filter(None, (name, _words(reply))))
    if reply.status in _FINAL:
        return Never(reason)
    return Later(reason, _wait(reply.headers.get("retry-after", ""), now))


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _reference(reply: Reply) -> str:
    """Return the receiver's own name for what it took, if it gives one."""
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):  # it may say what it likes
        said = None
    name = said.get("id") if isinstance(said, dict) else None
    if not isinstance(name, str | int):
        name = reply.headers.get("x-request-id", "")
    return one_line(str(name))


def _place(location: str) -> str:
    """Return where it leads without what may be secret."""
    return one_line(location.partition("?")[0].rpartition("@")[2]) or "nowhere"


def _words(reply: Reply) -> str:
    """Return what the receiver says; a page for browsers repeats the status alone."""
    if "html" in reply.headers.get("content-type", "").lower():
        return ""
    return one_line(reply.body.decode(errors="replace"))


def _wait(said: str, now: float) -> timedelta | None:
    """Read Retry-After, seconds or a date; None is for the usual delay."""
    seconds = float(said[:10]) if said.isdecimal() else _moment(said, now) - now
    wait = timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
    return wait if wait > timedelta() else None


def _moment(said: str, otherwise: float) -> float:
    try:
        date = datetime.strptime(said, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return otherwise
    return date.timestamp()
