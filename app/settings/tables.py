"""The tables of config.toml, one a folder, with the defaults that run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.settings.kinds import (
    Address,
    BaseUrl,
    BlobUrl,
    BusUrl,
    Certificates,
    Cron,
    DkimKeyFile,
    File,
    Folder,
    HttpUrl,
    Keys,
    Line,
    MailDomain,
    Networked,
    Pause,
    RelayUrl,
    ReplyStyle,
    ScannerUrl,
    SecretLine,
    SigningKeys,
    Span,
    StorageUrl,
    Token,
    Window,
    Zone,
    path_of,
    without_password,
)
from bus.sources import read_source
from mail.origin import LOOPBACK
from tickets import process
from tickets.suspicion import PROGRAM_NAMES

MEBIBYTE = 1024 * 1024
Strangers = Literal["accept", "triage", "refuse"]
Language = Literal["ru", "en"]
Port = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=1)]
Rate = Annotated[int, Field(ge=0)]
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


class Table(BaseModel):
    """A table of the file: nothing unknown in it, and nothing changes it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )
    #: Keys that may also be given as KEY_file and are never shown.
    secrets: ClassVar[tuple[str, ...]] = ()


class Service(Table):
    """The desk as a whole; the first secret signs, all of them are accepted."""

    secrets = ("secret",)

    name: str = Field(default="Zayavka", min_length=1)
    data_dir: Folder = Path("var")
    language: Language = "ru"
    timezone: Zone = "Europe/Moscow"
    secret: Keys = ()


class Storage(Table):
    """The database."""

    secrets = ("url",)

    url: StorageUrl = Field(default="sqlite:///var/zayavka.db", validate_default=True)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_secret_value().startswith("sqlite:")


class Blobs(Table):
    """Where the large files are."""

    url: BlobUrl = "file:var/blobs"

    @property
    def folder(self) -> Path:
        return path_of(self.url)


class Http(Table):
    """Health, metrics and signed files."""

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: BaseUrl | None = None

    @property
    def base_url(self) -> str:
        """Return what links to us begin with."""
        return self.public_url or f"http://{self.host}:{self.port}"


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


class Attachments(Table):
    """Files that people send; sizes in bytes, archives of one message together."""

    max_size: Count = 50 * MEBIBYTE
    max_total: Count = 100 * MEBIBYTE
    max_count: Count = 100
    max_depth: Annotated[int, Field(ge=1, le=100)] = 30
    max_unpacked: Count = 512 * MEBIBYTE
    max_ratio: Count = 200
    max_members: Count = 10_000
    max_nesting: Annotated[int, Field(ge=1, le=20)] = 5
    programs: tuple[Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]*$")], ...] = tuple(
        sorted(PROGRAM_NAMES)
    )


class Scan(Table):
    """The scanner that files must pass; without a ``url`` there is none."""

    url: ScannerUrl | None = None
    max_size: Count = 25 * MEBIBYTE
    timeout: Span = timedelta(seconds=60)
    concurrency: Annotated[int, Field(ge=1, le=100)] = 4


class Telegram(Table):
    """The bot."""

    secrets = ("token",)

    enabled: bool = True
    token: Token | None = None
    api_url: HttpUrl = "https://api.telegram.org"
    mode: Literal["polling"] = "polling"
    strangers: Strangers = "accept"
    triage_chat: int | None = None  # of staff who decide about strangers
    admin_chat: int | None = None  # of the operators


class Site(Table):
    """A place of support; its tickets' numbers begin with ``code``."""

    code: str = Field(pattern="^[A-Z]{1,8}$")
    name: str = Field(min_length=1)
    timezone: Zone | None = None
    language: Language | None = None
    addresses: tuple[Address, ...] = ()
    telegram_chats: tuple[Annotated[int, Field(lt=0)], ...] = ()


class BusinessProcess(Table):
    """A ticket's stages, the ways between them, and who is told of what.

    ``confirmed`` are the stages that the bus must confirm, each with the time after
    which a confirmation is late.
    """

    stages: tuple[str, ...] = process.DEFAULT.stages
    transitions: dict[str, tuple[str, ...]] = {
        stage: tuple(
            other
            for other in process.DEFAULT.stages
            if process.DEFAULT.allows(stage, other)
        )
        for stage in process.DEFAULT.stages
    }

    told: dict[str, dict[process.Reader, str]] = {}
    confirmed: dict[str, Span] = {}

    @property
    def notices(self) -> process.Told:
        """Return who is told of what: as written, else as by default."""
        return {**process.TOLD, **self.told}

    @model_validator(mode="after")
    def check_told(self) -> Self:
        for stage in sorted(self.told.keys() - {*self.stages, process.REOPENED}):
            raise ValueError(f"told names {stage!r}, which stages do not list")
        for stage, readers in self.told.items():
            for reader, notice in readers.items():
                if notice not in (there := process.NOTICES[reader]):
                    raise ValueError(
                        f"told.{stage}.{reader} = {notice!r} is no notice "
                        f"(there are: {', '.join(sorted(there))})"
                    )
        return self

    @model_validator(mode="after")
    def check_confirmed(self) -> Self:
        for stage in sorted(self.confirmed.keys() - set(self.stages)):
            raise ValueError(f"confirmed names {stage!r}, which stages do not list")
        for stage in process.BY_ITSELF & self.confirmed.keys():
            raise ValueError(
                f"confirmed.{stage}: the desk comes to this stage by itself when "
                "somebody writes, so nobody can be asked"
            )
        return self

    @model_validator(mode="after")
    def check_ways(self) -> Self:
        named = {
            *self.transitions,
            *(one for to in self.transitions.values() for one in to),
        }
        for stage in sorted(named - set(self.stages)):
            raise ValueError(f"transitions name {stage!r}, which stages do not list")
        for source, target in needed_ways(self.stages):
            if target not in self.transitions.get(source, ()):
                raise ValueError(
                    f"transitions.{source} must hold {target!r}: the desk goes that "
                    "way by itself when somebody writes"
                )
        return self


def needed_ways(stages: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the steps the desk takes by itself, whatever the process is."""
    by_itself = [
        (process.NEW, process.ASSIGNED),
        (process.WAITING, process.IN_PROGRESS),
        (process.RESOLVED, process.IN_PROGRESS),
        (process.CLOSED, process.IN_PROGRESS),
    ]
    still = {process.NEW, process.WAITING, process.RESOLVED, process.CLOSED}
    open_stages = dict.fromkeys(
        (process.ASSIGNED, process.IN_PROGRESS, *(set(stages) - still))
    )
    return by_itself + [(stage, process.WAITING) for stage in open_stages]


class Bus(Table):
    """A target of the data bus, and whose tickets it is told of.

    What is empty limits nothing. ``secret`` is for HTTP: what events are signed with,
    with all of several. ``ca_file`` says which certificates count instead of the
    system's.
    """

    secrets = ("url", "secret")

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    url: BusUrl
    secret: SigningKeys = ()
    ca_file: Certificates | None = None
    sites: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()  # by name
    commands: str | None = None
    audit: str | None = Field(default=None, min_length=1, max_length=255)
    positions: HttpUrl | None = None
    reconcile: Cron = "30 3 * * *"

    @model_validator(mode="after")
    def check_audit(self) -> Self:
        scheme = self.url.get_secret_value().partition(":")[0]
        if self.audit and scheme not in {"amqp", "amqps"}:
            raise ValueError("audit names a stream queue of RabbitMQ: url must be amqp")
        return self

    @property
    def can_be_reconciled(self) -> bool:
        """Say whether there is a way to see what the target has."""
        is_file = self.url.get_secret_value().startswith("file:")
        return is_file or self.audit is not None or self.positions is not None

    @model_validator(mode="after")
    def check_commands(self) -> Self:
        if self.commands is not None:
            read_source(self.url.get_secret_value(), self.commands)
        return self

    @property
    def shown_url(self) -> str:
        """Return the address as it may be shown: without its password."""
        return without_password(self.url.get_secret_value())

    @model_validator(mode="after")
    def check_http(self) -> Self:
        scheme = self.url.get_secret_value().partition(":")[0]
        if self.secret and scheme not in {"http", "https"}:
            raise ValueError(f"secret signs what goes by HTTP; url is {scheme}:")
        if self.ca_file and scheme not in {"https", "amqp1s", "esb1c+https"}:
            raise ValueError(
                f"ca_file is for https, amqp1s and esb1c+https; url is {scheme}:"
            )
        return self


class DigestScope(Table):
    """Whose tickets a digest counts; what is empty limits nothing."""

    sites: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


class Digest(Table):
    """Figures that are mailed to managers when each period of the schedule ends."""

    name: str = Field(min_length=1, max_length=80)
    schedule: Cron
    timezone: Zone | None = None
    recipients: tuple[Address, ...] = Field(min_length=1)
    scope: DigestScope = Field(default={}, validate_default=True)
    format: Literal["html", "text"] = "html"

    @model_validator(mode="after")
    def check_recipients(self) -> Self:
        if len({one.lower() for one in self.recipients}) < len(self.recipients):
            raise ValueError("recipients must name each address once")
        return self
