"""The kinds of values a configuration holds, each with its own check."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

from bus.broker import read_broker

_ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]+")
_RABBIT = "amqp(s)://USER:PASSWORD@HOST:PORT/VHOST?exchange=NAME"
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


def path_of(url: str) -> Path:
    """Return the path of a ``file:`` or ``maildir:`` URL."""
    rest = url.partition(":")[2]
    return Path(rest.removeprefix("//") if rest.startswith("///") else rest)


def without_password(url: str) -> str:
    """Return a URL as it may be shown: with the user's name alone.

    What stands before the last ``@`` may be a password, even one with a slash.
    """
    scheme, mark, rest = url.partition("://")
    user, at, where = rest.rpartition("@")
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
    if url.startswith("file:"):
        return SecretStr(_resolve_url(url, info))
    if not url.startswith(("amqp:", "amqps:")):
        raise ValueError(f"must be file:PATH or {_RABBIT}")
    try:
        read_broker(url)
    except ValueError as error:
        raise ValueError(f"must be {_RABBIT}: {error}") from None
    return secret


def _http(url: str) -> str:
    if not _is_served(url, ("http", "https")):
        raise ValueError("must be http://HOST or https://HOST")
    return url.rstrip("/")


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


def _not_empty(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip():
        raise ValueError("must not be empty")
    return secret


Folder = Annotated[Path, AfterValidator(_folder)]
File = Annotated[Path, AfterValidator(_file)]
StorageUrl = Annotated[SecretStr, AfterValidator(_storage)]
BlobUrl = Annotated[str, AfterValidator(_blobs)]
RelayUrl = Annotated[SecretStr, AfterValidator(_relay)]
BusUrl = Annotated[SecretStr, AfterValidator(_bus)]
HttpUrl = Annotated[str, AfterValidator(_http)]
Address = Annotated[str, AfterValidator(_address)]
MailDomain = Annotated[str, AfterValidator(_domain)]
Cron = Annotated[str, AfterValidator(_cron)]
Zone = Annotated[str, AfterValidator(_zone)]
ReplyStyle = Annotated[str, AfterValidator(_template)]
Token = Annotated[SecretStr, AfterValidator(_not_empty)]
Keys = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_strong)], ...],
    BeforeValidator(_as_list),
]
