"""The kinds of values a configuration holds, each with its own check."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainValidator,
    SecretStr,
    ValidationInfo,
)

from bus.amqp1.node import FORM as _NODE
from bus.amqp1.node import read_node
from bus.broker import read_broker
from bus.esb1c.application import FORM as _ESB
from bus.esb1c.application import read_application
from bus.receiver import read_receiver
from bus.signing import read_secret
from mail.door.origin import Network
from mail.files.clamd import read_place

_ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]+")
_TOKEN = re.compile(r"[0-9]{1,18}:[A-Za-z0-9_-]+")
_RABBIT = "amqp(s)://USER:PASSWORD@HOST:PORT/VHOST?exchange=NAME"
_WEBHOOK = "http(s)://HOST:PORT/PATH"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
#: Nothing is reckoned further back or ahead, and no date ends before that.
_LONGEST = timedelta(days=3650)
#: Longer than that nobody looks whether an answer was right.
_LONGEST_PAUSE = timedelta(minutes=10)
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def _base(info: ValidationInfo) -> Path:
    context: dict[str, Path] = info.context or {}
    return context.get("base", Path.cwd())


def _resolve(path: str, info: ValidationInfo) -> str:
    if not path:
        raise ValueError("must name a path")
    return str(_base(info) / path)


def _folder(path: Path, info: ValidationInfo) -> Path:
    return Path(_resolve(str(path), info))


def _file(path: Path, info: ValidationInfo) -> Path:
    found = _folder(path, info)
    if not found.is_file():
        raise ValueError("must be a file that exists")
    return found


def _network(value: object) -> Network:
    try:
        return ip_network(str(value))
    except ValueError as error:
        raise ValueError(
            f"must be a network, as 10.0.0.0/8 or fd00::/8: {error}"
        ) from None


def path_of(url: str) -> Path:
    """Return the path of a ``file:`` or ``maildir:`` URL."""
    rest = url.partition(":")[2]
    return Path(rest.removeprefix("//") if rest.startswith("///") else rest)


def without_password(url: str) -> str:
    """Return a URL as it may be shown: with the user's name alone.

    What stands before the last ``@`` may be a password, even one with a slash. The
    query of a web address may be one, too.
    """
    scheme, mark, rest = url.partition("://")
    user, at, where = rest.rpartition("@")
    if scheme in {"http", "https"}:
        where = re.sub(r"\?.+", "?***", where)
    return f"{scheme}{mark}{user.partition(':')[0]}{at}{where}"


def _resolve_url(url: str, info: ValidationInfo) -> str:
    scheme = url.partition(":")[0]
    path = str(path_of(url))
    return f"{scheme}:{_resolve('' if path == '.' else path, info)}"


def _storage(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    url = secret.get_secret_value()
    if url.startswith("sqlite:///") and ":memory:" not in url:
        path = _resolve(url.removeprefix("sqlite:///"), info)
        return SecretStr(f"sqlite:///{path}")
    if url.startswith("postgresql+psycopg://"):
        return secret
    raise ValueError(
        "must be sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
    )


def _blobs(url: str, info: ValidationInfo) -> str:
    if not url.startswith("file:"):
        raise ValueError("must be file:PATH")
    return _resolve_url(url, info)


def _scanner(url: str, info: ValidationInfo) -> str:
    read_place(url)
    return _resolve_url(url, info) if url.startswith("unix:") else url


def _relay(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    url = secret.get_secret_value()
    if url.startswith("maildir:"):
        return SecretStr(_resolve_url(url, info))
    if _is_served(url, ("smtp", "smtps", "lmtp")):
        return secret
    raise ValueError(
        "must be smtp://HOST:PORT, smtps://HOST:PORT, lmtp://HOST:PORT "
        "(with USER:PASSWORD@ before the host if need be) or maildir:PATH"
    )


def _bus(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    url = secret.get_secret_value()
    scheme = url.partition(":")[0]
    if scheme == "file":
        return SecretStr(_resolve_url(url, info))
    if scheme not in _BUSES:
        forms = ", ".join(dict.fromkeys(form for form, _ in _BUSES.values()))
        raise ValueError(f"must be one of file:PATH, {forms}")
    form, read = _BUSES[scheme]
    try:
        read(url)
    except ValueError as error:
        raise ValueError(f"must be {form}: {error}") from None
    return secret


#: How the URL of each kind of bus looks, and what reads it.
_BUSES: dict[str, tuple[str, Callable[[str], object]]] = {
    "amqp": (_RABBIT, read_broker),
    "amqps": (_RABBIT, read_broker),
    "amqp1": (_NODE, read_node),
    "amqp1s": (_NODE, read_node),
    "esb1c+http": (_ESB, read_application),
    "esb1c+https": (_ESB, read_application),
    "http": (_WEBHOOK, read_receiver),
    "https": (_WEBHOOK, read_receiver),
}


def _http(url: str) -> str:
    if not _is_served(url, ("http", "https")):
        raise ValueError("must be http://HOST or https://HOST")
    return url.rstrip("/")


def _base_url(url: str) -> str:
    base = _http(url)
    if re.search(r"[\s?#]", base):
        raise ValueError(
            "must be how links begin, as https://HOST or https://HOST/PATH"
        )
    return base


def _is_served(url: str, schemes: tuple[str, ...]) -> bool:
    """Say whether a URL names a host by one of the schemes."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("must be an address as support@example.org")
    return address


def _domain(domain: str) -> str:
    if not _DOMAIN.fullmatch(domain.lower()):
        raise ValueError("must be a mail domain as example.org")
    return domain.lower()


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(
            "must be a time zone of the IANA list as Europe/Moscow"
        ) from error
    return name


def _cron(schedule: str) -> str:
    from scheduler.schedule import Schedule  # noqa: PLC0415 # most desks need no cron

    Schedule(schedule, "UTC")
    return schedule


def _span(written: object) -> timedelta:
    if isinstance(written, timedelta):
        return written
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", str(written))
    if found is None:
        raise ValueError(f"{written!r} is no span of time, as 30m, 4h or 2d")
    span = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if span > _LONGEST:
        raise ValueError(f"must be {_LONGEST.days}d at most")
    return span


def _pause(written: object) -> timedelta:
    pause = timedelta() if str(written) in {"0", "0s"} else _span(written)
    if pause > _LONGEST_PAUSE:
        minutes = _LONGEST_PAUSE // timedelta(minutes=1)
        raise ValueError(f"must be {minutes}m at most, or 0s")
    return pause


def _window(written: object) -> timedelta | None:
    if written is None or written == "off":
        return None
    try:
        return _span(written)
    except ValueError as error:
        raise ValueError(f"{error}; or 'off'") from None


def _template(style: str) -> str:
    if style in {"plus", "off"}:
        return style
    try:
        made = style.format(local="support", token="t", domain="example.org")  # noqa: S106 # no password, a part of an address
    except (KeyError, IndexError, ValueError):
        made = ""
    if "{token}" not in style or not _ADDRESS.fullmatch(made):
        raise ValueError(
            "must be 'plus', 'off' or a template as {local}-{token}@{domain}"
        )
    return style


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _strong(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < 16:
        raise ValueError("must have at least 16 characters")
    return secret


def _signing(secret: SecretStr) -> SecretStr:
    read_secret(secret.get_secret_value())
    return secret


def _certificates(path: Path, info: ValidationInfo) -> Path:
    found = _file(path, info)
    try:
        ssl.create_default_context(cafile=found)
    except OSError:  # the ssl module's own errors are among these
        raise ValueError("must be a file of certificates (PEM)") from None
    return found


def _dkim_key(path: Path, info: ValidationInfo) -> Path:
    from mail.sending.dkim import read_key  # noqa: PLC0415 # few desks sign, and it loads OpenSSL

    found = _file(path, info)
    try:
        read_key(found.read_text("ascii"))
    except (OSError, UnicodeDecodeError):
        raise ValueError("must be a readable file with a private key (PEM)") from None
    return found


def _line(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("must be some text on one line")
    return text


def _secret_line(secret: SecretStr) -> SecretStr:
    _line(secret.get_secret_value())
    return secret


def _bot_token(secret: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("must be as @BotFather gives it: NUMBER:LETTERS")
    return secret


Folder = Annotated[Path, AfterValidator(_folder)]
File = Annotated[Path, AfterValidator(_file)]
Certificates = Annotated[Path, AfterValidator(_certificates)]
StorageUrl = Annotated[SecretStr, AfterValidator(_storage)]
BlobUrl = Annotated[str, AfterValidator(_blobs)]
RelayUrl = Annotated[SecretStr, AfterValidator(_relay)]
BusUrl = Annotated[SecretStr, AfterValidator(_bus)]
HttpUrl = Annotated[str, AfterValidator(_http)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
Address = Annotated[str, AfterValidator(_address)]
MailDomain = Annotated[str, AfterValidator(_domain)]
Cron = Annotated[str, AfterValidator(_cron)]
Span = Annotated[timedelta, BeforeValidator(_span)]
DkimKeyFile = Annotated[Path, AfterValidator(_dkim_key)]
Pause = Annotated[timedelta, BeforeValidator(_pause)]  # 0s: none
Window = Annotated[timedelta | None, BeforeValidator(_window)]  # "off": none
Line = Annotated[str, AfterValidator(_line)]
ScannerUrl = Annotated[str, AfterValidator(_scanner)]
SecretLine = Annotated[SecretStr, AfterValidator(_secret_line)]
Zone = Annotated[str, AfterValidator(_zone)]
ReplyStyle = Annotated[str, AfterValidator(_template)]
Token = Annotated[SecretStr, AfterValidator(_bot_token)]
Keys = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_strong)], ...],
    BeforeValidator(_as_list),
]
SigningKeys = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_signing)], ...],
    BeforeValidator(_as_list),
]
Networked = Annotated[Network, PlainValidator(_network)]
