"""All that the door says no with, each under the name that it has in the metrics."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Refusal(StrEnum):
    """A reply: code, enhanced code (RFC 3463) and words."""

    # To a connection
    CLOSING = "421 4.3.2 Shutting down, try again later"
    CROWDED = "421 4.3.2 Too many connections, try again later"
    CROWDED_ADDRESS = "421 4.7.0 Too many connections from your address"
    CROWDED_NETWORK = "421 4.7.0 Too many connections from your network"
    HASTY_ADDRESS = "421 4.7.0 Too many connections a minute from your address"
    EARLY = "554 5.5.1 You spoke before the greeting"
    SLOW = "421 4.4.2 Too slow, closing"
    ERRORS = "421 4.7.0 Too many errors"

    # To a command
    LONG_LINE = "500 5.5.2 Line too long"
    NO_COMMAND = "500 5.5.2 A command is UTF-8 text that ends with CR LF"
    UNKNOWN = "500 5.5.1 Command not known"
    FORBIDDEN = "554 5.5.1 That is not spoken here, closing"
    PIPELINED = "554 5.5.0 Wait for the answer to that, closing"
    NAMELESS = "501 5.5.4 Say your host name"
    NO_ARGUMENT = "501 5.5.4 No argument goes here"
    NO_HELLO = "503 5.5.1 Say EHLO first"
    NO_TLS = "503 5.5.1 STARTTLS is not possible here"
    TLS_FIRST = "530 5.7.0 Say STARTTLS first"
    LISTS = "502 5.5.1 Lists are not told"

    # To MAIL, RCPT and DATA
    SECOND_SENDER = "503 5.5.1 There is a sender already"
    NO_SENDER = "503 5.5.1 Say MAIL first"
    NO_RECIPIENT = "503 5.5.1 Say RCPT first, and DATA without argument"
    MAIL_SYNTAX = "501 5.5.4 Syntax: MAIL FROM:<address>"
    RCPT_SYNTAX = "501 5.5.4 Syntax: RCPT TO:<address>"
    SIZE_SYNTAX = "501 5.5.4 SIZE takes a number of bytes"
    BODY_SYNTAX = "501 5.5.4 BODY is 7BIT or 8BITMIME"
    UTF8_SYNTAX = "501 5.5.4 SMTPUTF8 takes no value"
    PARAMETER = "555 5.5.4 Parameter not known"
    ADDRESS = "553 5.1.3 Address must be local-part@domain"
    NOT_ASCII = "553 5.6.7 Address needs SMTPUTF8"
    NOT_OURS = "550 5.1.1 No such address here"
    RECIPIENTS = "452 4.5.3 Too many recipients"
    HASTY = "450 4.7.1 Too many mails a minute from your address, try again later"
    NO_ROOM = "452 4.3.1 No room for a mail now, try again later"
    IN_FLIGHT = "452 4.3.1 Too much mail at once, try again later"

    # To a mail
    TOO_BIG = "552 5.3.4 The mail is too big"
    FALSE_END = "550 5.5.2 Only CR LF . CR LF may end a mail, another end stands in it"
    DISK_FULL = "452 4.3.1 No space to keep the mail, try again later"
    NOT_KEPT = "451 4.3.0 The mail was not kept, try again later"
    TROUBLE = "451 4.3.0 Trouble on our side, try again later"

    @property
    def code(self) -> str:
        return self[:3]

    @property
    def reason(self) -> str:
        return self.name.lower()
