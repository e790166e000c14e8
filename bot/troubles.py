"""What a mail server said, explained to the specialist whose mail it was."""

from __future__ import annotations

from bot.wording import Wording
from tickets import troubles

#: The notices whose second line is a server's words.
_QUOTING = frozenset({"delivery-failed", "delivery-delayed"})


def explained(wording: Wording, sentence: str) -> str:
    """Put what the code in a server's words means above these."""
    if wording.notice.facts.get("notice") not in _QUOTING:
        return sentence
    told, _, said = sentence.partition("\n")
    meaning = troubles.meaning(said)
    lines = [told, troubles.words(said)]
    if meaning is not None:
        lines.insert(1, wording.say(f"chat.trouble.{meaning}"))
    return "\n".join(line for line in lines if line)
