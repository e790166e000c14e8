"""What a client says about the mail it is going to send, and what we reply."""

from __future__ import annotations

from mail.paths import Path, address_trouble, mail_trouble, read_path
from mail.reception import Reception


class Transaction:
    """From MAIL to the end of DATA, or to RSET; each method returns the reply."""

    def __init__(self, house: Reception) -> None:
        self._house = house
        self._utf8 = False
        self.sender: str | None = None
        self.recipients: list[str] = []

    def mail(self, argument: str) -> str:
        if self.sender is not None:
            return "503 5.5.1 There is a sender already"
        path = read_path("FROM:", argument)
        if path is None:
            return "501 5.5.4 Syntax: MAIL FROM:<address>"
        refusal = mail_trouble(path, self._house.limits.max_size)
        if refusal is not None:
            return refusal
        size = int(path.options.get("SIZE") or 0)
        if not (self._house.has_room() and self._house.room.fits(size)):
            return "452 4.3.1 No room for a mail now, try again later"
        self.sender = path.address
        self._utf8 = "SMTPUTF8" in path.options
        return "250 2.1.0 OK"

    def rcpt(self, argument: str) -> str:
        if self.sender is None:
            return "503 5.5.1 Say MAIL first"
        path = read_path("TO:", argument)
        if path is None or not path.address:
            return "501 5.5.4 Syntax: RCPT TO:<address>"
        refusal = self._recipient_trouble(path)
        if refusal is not None:
            return refusal
        self.recipients.append(path.address)
        return "250 2.1.5 OK"

    def _recipient_trouble(self, path: Path) -> str | None:
        if path.options:
            return "555 5.5.4 Parameter not known"
        if path.address.lower() != "postmaster":  # RFC 5321, 4.5.1: needs no domain
            trouble = address_trouble(path.address, utf8=self._utf8)
            if trouble is not None:
                return trouble
        if len(self.recipients) >= self._house.limits.max_recipients:
            return "452 4.5.3 Too many recipients"
        if not self._house.accepts(path.address):
            return "550 5.1.1 No such address here"
        return None

    def data(self, argument: str) -> str:
        if not self.recipients or argument:
            return "503 5.5.1 Say RCPT first, and DATA without argument"
        if not self._house.room.fits(1):
            return "452 4.3.1 Too much mail at once, try again later"
        return "354 End data with <CR><LF>.<CR><LF>"
