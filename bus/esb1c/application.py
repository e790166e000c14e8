"""An application of 1C:ESB and our channel in it, as read from its URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urlsplit

from bus.address import host_of, joined, port_of
from bus.amqp1.node import credentials_of, options_of

FORM = (
    "esb1c+https://CLIENT:SECRET@HOST:PORT/applications/APP?process=NAME&channel=NAME"
)
TOKEN_PATH = "/auth/oidc/token"  # noqa: S105 # a path, and the one of older releases
_SCHEMES = {"esb1c+https": "https", "esb1c+http": "http"}
_PORTS = {"esb1c+https": 443, "esb1c+http": 80}
_OPTIONS = {
    "process", "channel", "recipients", "sender", "token_path", "amqp", "amqp_port",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """Where 1C:ESB answers HTTP, who we are there, and which channel takes our events.

    ``amqp_port`` 0 is the one that 1C:ESB itself names.
    """

    origin: str
    host: str
    path: str
    client: str
    secret: str = field(repr=False)
    process: str
    channel: str
    recipients: tuple[str, ...] = ()
    sender: str = ""
    token_path: str = TOKEN_PATH
    tls: bool = True
    amqp_port: int = 0

    @property
    def token_url(self) -> str:
        return f"{self.origin}{self.token_path}"

    @property
    def channels_url(self) -> str:
        return f"{self.origin}{quote(self.path)}/sys/esb/runtime/channels"

    @property
    def properties(self) -> Mapping[str, str]:
        """Return what 1C routes by; without recipients everybody gets it."""
        codes: dict[str, str] = {}
        if self.sender:
            codes |= dict.fromkeys(("SenderCode", "integ_sender_code"), self.sender)
        if self.recipients:
            listed = ",".join(self.recipients)
            codes |= dict.fromkeys(("RecipientCode", "integ_recipient_code"), listed)
        return codes


def read_application(url: str) -> Application:
    """Read ``esb1c+https://client:secret@host:port/applications/APP?…``.

    After the ``?`` stand ``process`` and ``channel``, and if need be ``recipients``
    (codes joined by commas), ``sender`` (our own code), ``token_path``, ``amqp``
    (``tls`` or ``plain``, else as the scheme) and ``amqp_port``. Raises ValueError
    that names the part that is wrong and shows no secret.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"scheme {parts.scheme!r} is none of {', '.join(_SCHEMES)}")
    client, secret = credentials_of(parts)
    if not client:
        raise ValueError("client and secret are missing before the host")
    options = options_of(parts, _OPTIONS)
    for name in ("process", "channel"):
        if name not in options:
            raise ValueError(f"?{name}=NAME is missing")
    return Application(
        origin=_origin(parts),
        host=host_of(parts),
        path=_path(parts.path),
        client=client,
        secret=secret,
        process=options["process"],
        channel=options["channel"],
        recipients=_codes(options.get("recipients", "")),
        sender=options.get("sender", ""),
        token_path=_token_path(options.get("token_path", TOKEN_PATH)),
        tls=_tls(options.get("amqp"), parts.scheme),
        amqp_port=_amqp_port(options.get("amqp_port", "")),
    )


def _origin(parts: SplitResult) -> str:
    where = joined(host_of(parts), port_of(parts, _PORTS))
    return f"{_SCHEMES[parts.scheme]}://{where}"


def _path(path: str) -> str:
    path = unquote(path).rstrip("/")
    before, _, name = path.rpartition("/")
    if before != "/applications" or not name:
        raise ValueError("the path must be /applications/APP")
    return path


def _codes(listed: str) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in listed.split(",")) if listed else ()
    if not all(codes):
        raise ValueError("recipients must be codes joined by commas")
    return codes


def _token_path(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError("token_path must begin with /")
    return path


def _tls(amqp: str | None, scheme: str) -> bool:
    if amqp not in {None, "tls", "plain"}:
        raise ValueError("amqp must be tls or plain")
    return amqp == "tls" or (amqp is None and scheme == "esb1c+https")


def _amqp_port(port: str) -> int:
    if not port:
        return 0
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("amqp_port must be a number from 1 to 65535")
    return int(port)
