"""The other tables of config.toml, with the defaults that run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.settings.kinds import (
    Address,
    BaseUrl,
    BlobUrl,
    BusUrl,
    Certificates,
    Cron,
    Folder,
    HttpUrl,
    Keys,
    ScannerUrl,
    SigningKeys,
    Span,
    StorageUrl,
    Token,
    Zone,
    path_of,
    without_password,
)
from app.settings.mail import Strangers
from app.settings.table import MEBIBYTE, Count, Language, Port, Table
from bus.sources import read_source
from tickets.files.suspicion import PROGRAM_NAMES


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
