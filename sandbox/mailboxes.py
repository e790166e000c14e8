"""The mailboxes of all people: what the desk sent them and what they wrote."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from sandbox.mailbox import Mail, SentMail, newest
from sandbox.post import keep_mail


@dataclass(kw_only=True, slots=True)
class Owner:
    """A person with mail; ``last_at`` is when the newest came."""

    address: str
    name: str = ""
    count: int = 0
    last_at: float = 0.0


class Mailboxes:
    """Two Maildirs, read together; partners' own letters are kept in the second."""

    def __init__(self, sent: Path | None, written: Path | None) -> None:
        self._written_dir = written
        self._parts = (SentMail(sent), SentMail(written, by_partners=True))

    def stamp(self) -> str:
        """Return a text that changes whenever a mail comes or goes."""
        return "_".join(part.stamp() for part in self._parts)

    def listed(self, person: str = "") -> list[Mail]:
        """Return the newest mails first, of everybody or of one address."""
        wanted = person.lower()
        mails = self._everything()
        return newest(mail for mail in mails if not wanted or wanted in mail.readers)

    def owners(self) -> list[Owner]:
        """Return who has mail, whoever got some last before others."""
        found: dict[str, Owner] = {}
        for mail in self._everything():
            for address, name in mail.readers.items():
                owner = found.setdefault(address, Owner(address=address))
                owner.name = owner.name or name
                owner.count += 1
                owner.last_at = max(owner.last_at, mail.at)
        return sorted(found.values(), key=lambda one: (-one.last_at, one.address))

    def count(self) -> int:
        return len(self._everything())

    def raw(self, key: str) -> bytes | None:
        for part in self._parts:
            found = part.raw(key)
            if found is not None:
                return found
        return None

    def keep(self, message: EmailMessage) -> None:
        """Keep what a partner has sent, if there is a place for it."""
        if self._written_dir is not None:
            keep_mail(message, self._written_dir)

    def _everything(self) -> list[Mail]:
        return [mail for part in self._parts for mail in part.everything()]
