"""The arguments of MAIL and RCPT, read strictly (RFC 5321, 4.1.2; RFC 6531)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mail.door.refusals import Refusal

_PATH = re.compile(
    r"""\s*
    (?: < (?: @[^<>\s:"]* : )?                      # a source route is ignored
          (?P<path> (?: "(?:[^"\\]|\\.)*" | [^<>"\s] )* ) >
      | (?P<bare> [^<>"\s]+ ) )                     # so many clients write it
    (?: \s+ (?P<options> .*? ) )? \s*""",
    re.VERBOSE,
)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_OPTION = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\s=]+))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """An address, empty for the null return path, and its parameters.

    Parameter names are in upper case; one without a value has ``None``.
    """

    address: str
    options: dict[str, str | None] = field(default_factory=dict)


def read_path(keyword: str, argument: str) -> Path | None:
    """Read ``FROM:<address> PARAMETERS``; None if it is malformed."""
    if argument[: len(keyword)].upper() != keyword:
        return None
    match = _PATH.fullmatch(argument, len(keyword))
    if match is None:
        return None
    options: dict[str, str | None] = {}
    for word in (match["options"] or "").split():
        option = _OPTION.fullmatch(word)
        if option is None:
            return None
        options[option[1].upper()] = option[2]
    return Path(address=match["path"] or match["bare"] or "", options=options)


def mail_trouble(path: Path, max_size: int) -> Refusal | None:
    """Return the reply that refuses the parameters of MAIL, if any is wrong."""
    options = dict(path.options)
    size = options.pop("SIZE", "0")
    if size is None or not (size.isascii() and size.isdigit()):
        return Refusal.SIZE_SYNTAX
    if len(size) > 20 or int(size) > max_size:
        return Refusal.TOO_BIG
    if (options.pop("BODY", "7BIT") or "").upper() not in {"7BIT", "8BITMIME"}:
        return Refusal.BODY_SYNTAX
    if options.pop("SMTPUTF8", None) is not None:
        return Refusal.UTF8_SYNTAX
    if options:
        return Refusal.PARAMETER
    return address_trouble(path.address, utf8="SMTPUTF8" in path.options)


def address_trouble(address: str, *, utf8: bool) -> Refusal | None:
    """Return the reply that refuses an address by its form, if it must be."""
    local, _, domain = address.rpartition("@")
    if address and not (local and domain):
        return Refusal.ADDRESS
    if not utf8 and not address.isascii():
        return Refusal.NOT_ASCII
    return None


def read_command(line: bytes) -> tuple[str, str] | None:
    """Split a line into verb and argument; None if it is no proper command line."""
    if not line.endswith(b"\r\n") or _CONTROL.search(line, 0, len(line) - 2):
        return None
    try:
        text = line[:-2].decode()
    except UnicodeDecodeError:
        return None
    verb, _, argument = text.partition(" ")
    return verb.upper(), argument.strip(" ")


def is_mailbox(address: str) -> bool:
    """Whether an address may stand between angle brackets in a command."""
    path = read_path("TO:", f"TO:<{address}>")
    if path is None or path.address != address or path.options:
        return False
    if not address or not address.isprintable():
        return False
    return address_trouble(address, utf8=True) is None
