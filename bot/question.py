"""Staff is asked about a stranger, and reads there what was decided."""

from __future__ import annotations

from bot.call import Call
from bot.message import Button, keyboard, message_params
from bot.text import clean, cut, one_line
from bot.wording import Wording
from tickets.model import Json

#: Names and subjects are cut to this, so that what follows them has room.
SHORT = 200
#: What the buttons say, by what they carry.
_BUTTONS = {"admit": "accept", "refuse": "reject", "block": "block"}


def ask(wording: Wording) -> Call:
    """Ask whether a stranger is let in."""
    params = _params(wording) | keyboard(*_buttons(wording))
    return Call(method="sendMessage", params={"chat_id": wording.notice.chat, **params})


def _buttons(wording: Wording) -> list[Button]:
    """Offer what may be decided; whose address was forged is not to be blocked."""
    forged = wording.notice.facts.get("forged")
    return [
        Button(
            label=wording.say(f"chat.button.{label}"),
            data=f"{action}:{wording.fact('arrival')}",
        )
        for action, label in _BUTTONS.items()
        if not (forged and action == "block")
    ]


def tell_decision(wording: Wording) -> Call:
    """Let a question say what was decided; anew, if it never reached the chat."""
    who = one_line(str(wording.fact("who"))) or wording.say("chat.operator")
    end = wording.say(f"chat.decision.{wording.fact('decision')}", who=cut(who, SHORT))
    params = {"chat_id": wording.notice.chat, **_params(wording, end=end)}
    message_id = wording.notice.facts.get("message_id")
    if message_id is None:
        return Call(method="sendMessage", params=params)
    return Call(method="editMessageText", params={**params, "message_id": message_id})


def _params(wording: Wording, *, end: str = "") -> Json:
    facts = wording.notice.facts
    by_mail = facts.get("account") is None
    said = [wording.say("chat.question.mail" if by_mail else "chat.question.chat")]
    if facts.get("forged"):
        said.append(wording.say("chat.question.forged"))
    subject = cut(one_line(str(wording.fact("subject"))), SHORT)
    said += [subject, clean(str(wording.fact("text"))).strip(), end]
    address = cut(one_line(str(wording.fact("address"))), SHORT)
    who = cut(one_line(str(wording.fact("name"))), SHORT)
    head = f"{who} <{address}>" if who and address else who or address
    text = "\n\n".join(one for one in said if one)
    return message_params(text, above=wording.repeat_mark, bold=head)
