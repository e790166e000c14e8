"""The tables of config.toml about mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from app.settings.kinds import (
    Address,
    Certificates,
    DkimKeyFile,
    File,
    Line,
    MailDomain,
    Networked,
    Pause,
    RelayUrl,
    ReplyStyle,
    SecretLine,
    Span,
    Window,
)
from app.settings.table import MEBIBYTE, Count, Port, Rate, Table
from mail.door.origin import LOOPBACK

Strangers = Literal["accept", "triage", "refuse"]


#: As a server calls itself in Authentication-Results, compared without case.
ServerName = Annotated[
    str, Field(pattern=r"^[!-~]+$"), AfterValidator(lambda name: name.lower())
]


#: Anybody may have an address there, so they say nothing about an organisation.
PUBLIC_DOMAINS = (
    "bk.ru",
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "inbox.ru",
    "internet.ru",
    "list.ru",
    "live.com",
    "mail.ru",
    "me.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "rambler.ru",
    "vk.com",
    "ya.ru",
    "yahoo.com",
    "yandex.by",
    "yandex.com",
    "yandex.kz",
    "yandex.ru",
)


class Smtp(Table):
    """The SMTP door; sizes in bytes, 0 a minute is no limit."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Port = 8025
    lmtp: bool = False
    lmtp_port: Port | None = None
    max_size: Count = 25 * MEBIBYTE
    max_connections: Count = 1000
    max_per_address: Count = 50
    max_per_network: Count = 100
    max_in_flight_bytes: Count = 256 * MEBIBYTE
    connections_a_minute: Rate = 300
    mails_a_minute: Rate = 300
    trusted: tuple[Networked, ...] = LOOPBACK
    greeting_delay: Annotated[float, Field(ge=0, le=60)] = 0.0
    tls_cert: File | None = None
    tls_key: File | None = None
    tls_required: bool = False

    @model_validator(mode="after")
    def check_together(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key must be given together")
        if self.tls_required and self.tls_cert is None:
            raise ValueError("tls_required needs tls_cert and tls_key")
        if self.lmtp and self.lmtp_port is not None:
            raise ValueError(
                "lmtp_port is for a second door beside the one that speaks SMTP; "
                "with lmtp = true that one speaks LMTP already"
            )
        if self.max_in_flight_bytes < self.max_size:
            raise ValueError(
                f"max_in_flight_bytes = {self.max_in_flight_bytes} must be at least "
                f"max_size = {self.max_size}"
            )
        return self


class Imap(Table):
    """A mailbox that is read; ``token_command`` prints what XOAUTH2 takes."""

    secrets = ("password",)

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$", max_length=60)
    host: str = Field(pattern="^[^\\s/@]+$")
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    tls: bool | Literal["starttls"] = True
    ca_file: Certificates | None = None
    user: Line
    password: SecretLine | None = None
    token_command: tuple[str, ...] = ()
    folder: Line = "INBOX"
    delivered_to: Annotated[str, Field(pattern="^[!-9;-~]+$")] | None = None
    done: Annotated[Line, Field(pattern="^(keep|seen|move:.+)$")] = "keep"

    @property
    def move_to(self) -> str | None:
        return self.done.partition(":")[2] or None

    @model_validator(mode="after")
    def check_access(self) -> Self:
        if (self.password is None) == (not self.token_command):
            raise ValueError("give one of password, password_file and token_command")
        if self.ca_file and not self.tls:
            raise ValueError("ca_file says whom to trust with TLS; tls is false")
        if self.move_to == self.folder:
            raise ValueError("done must move mails to another folder")
        return self


class StormRule(Table):
    """Of whose mails more than ``after`` within ``window`` are one ticket."""

    name: Line
    sender: Annotated[str, Field(pattern=r"^[^@\s]*@[^@\s]+$")] | None = None
    robot: Literal["machine"] | None = None
    subject: Line | None = None
    window: Span
    after: Annotated[int, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def check_whose(self) -> Self:
        if self.sender is None and self.robot is None:
            raise ValueError("say whose mails: by sender, or with robot = 'machine'")
        return self


class Dkim(Table):
    """What our mails are signed with."""

    domain: MailDomain
    selector: str = Field(pattern="^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")
    key_file: DkimKeyFile


class Mail(Table):
    """Mail in and out."""

    secrets = ("relay",)

    address: Address = "support@example.org"
    relay: RelayUrl | None = None
    reply_address: ReplyStyle = "plus"
    relay_connections: Annotated[int, Field(ge=1, le=100)] = 8
    per_domain: Annotated[int, Field(ge=1, le=100)] = 4
    max_attached: Annotated[int, Field(ge=0)] = 10 * MEBIBYTE
    link_days: Annotated[int, Field(ge=1, le=3650)] = 30
    hold: Pause = timedelta()
    public_domains: tuple[MailDomain, ...] = PUBLIC_DOMAINS
    strangers: Strangers = "accept"
    authserv_ids: tuple[ServerName, ...] = ()
    same_subject: Window = timedelta(days=3)
    storms: tuple[StormRule, ...] = ()
    smtp: Smtp = Field(default={}, validate_default=True)
    dkim: Dkim | None = None
    imap: tuple[Imap, ...] = ()
