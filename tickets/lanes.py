"""The names of lanes: what is worked strictly in order, beside all the others."""

from __future__ import annotations

_PRIVATE = "telegram/private/"


def mail_arrivals(sender: str) -> str:
    return f"arrival/mail/{sender.lower() or '<>'}"


def chat_arrivals(chat: int, thread_id: int | None) -> str:
    return f"{all_of_chat(chat)}{thread_id or 0}"


def all_of_chat(chat: int) -> str:
    """Return what the names of a chat's lanes of arrivals begin with."""
    return f"arrival/telegram/{chat}/"


def fetched_arrivals(attachment_id: int) -> str:
    return f"arrival/telegram/file/{attachment_id}"


def web_arrivals(contact_id: int) -> str:
    return f"arrival/web/{contact_id}"


def bus_arrivals(target: str, subject: str) -> str:
    """Return the lane of what a target of the bus says about one thing."""
    return f"arrival/bus/{target}/{subject}"


def mail(number: str, recipient: str) -> str:
    return f"mail/{number}/{recipient.lower()}"


def digest(report: str, recipient: str) -> str:
    return f"mail/digest/{report}/{recipient.lower()}"


def refusal(recipient: str) -> str:
    """Return the lane of what a stranger is told who is turned away."""
    return f"mail/refusal/{recipient.lower()}"


def question(chat: int, arrival: int) -> str:
    """Return the lane of what staff is asked about a stranger, and then decides."""
    return f"telegram/question/{chat}/{arrival}"


def forum(chat: int, number: str) -> str:
    return f"telegram/{chat}/{number}"


def private(chat: int) -> str:
    """Return the lane of what one person gets in their private chat."""
    return f"{_PRIVATE}{chat}"


def is_private(lane: str) -> bool:
    return lane.startswith(_PRIVATE)


def toast(callback_id: str) -> str:
    return f"telegram/toast/{callback_id}"


def reaction(chat: int, message_id: int) -> str:
    return f"telegram/reaction/{chat}/{message_id}"


def alarm(chat: int, subject: str) -> str:
    """Return the lane of what operators are told of a subject."""
    return f"telegram/alarm/{chat}/{subject}"


def fetched_file(attachment_id: int) -> str:
    return f"telegram/file/{attachment_id}"


def bus(target: str, stream: str) -> str:
    return f"bus/{target}/{stream}"
