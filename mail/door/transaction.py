"""What a client says about the mail it is going to send, and what we reply."""

from __future__ import annotations

from mail.door.reception import Reception
from mail.door.refusals import Refusal
from mail.door.room import Guest
from mail.paths import Path, address_trouble, mail_trouble, read_path

INVITATION = "354 End data with <CR><LF>.<CR><LF>"


class Transaction:
    """From MAIL to the end of DATA, or to RSET; each method returns the reply."""

    def __init__(self, house: Reception, guest: Guest) -> None:
        self._house = house
        self._guest = guest
        self._utf8 = False
        self.sender: str | None = None
        self.recipients: list[str] = []

    def mail(self, argument: str) -> str:
        if self.sender is not None:
            return Refusal.SECOND_SENDER
        path = read_path("FROM:", argument)
        if path is None:
            return Refusal.MAIL_SYNTAX
        refusal = mail_trouble(path, self._house.limits.max_size)
        if refusal is not None:
            return refusal
        size = int(path.options.get("SIZE") or 0)
        if not (self._house.has_room() and self._guest.fits(size)):
            return Refusal.NO_ROOM
        if not self._guest.may_mail():
            return Refusal.HASTY
        self.sender = path.address
        self._utf8 = "SMTPUTF8" in path.options
        return "250 2.1.0 OK"

    def rcpt(self, argument: str) -> str:
        if self.sender is None:
            return Refusal.NO_SENDER
        path = read_path("TO:", argument)
        if path is None or not path.address:
            return Refusal.RCPT_SYNTAX
        refusal = self._recipient_trouble(path)
        if refusal is not None:
            return refusal
        self.recipients.append(path.address)
        return "250 2.1.5 OK"

    def _recipient_trouble(self, path: Path) -> Refusal | None:
        if path.options:
            return Refusal.PARAMETER
        if path.address.lower() != "postmaster":  # RFC 5321, 4.5.1: needs no domain
            trouble = address_trouble(path.address, utf8=self._utf8)
            if trouble is not None:
                return trouble
        if len(self.recipients) >= self._house.limits.max_recipients:
            return Refusal.RECIPIENTS
        if not self._house.accepts(path.address):
            return Refusal.NOT_OURS
        return None

    def data(self, argument: str) -> str:
        if not self.recipients or argument:
            return Refusal.NO_RECIPIENT
        if not self._guest.fits(1):
            return Refusal.IN_FLIGHT
        return INVITATION
