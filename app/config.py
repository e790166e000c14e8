"""The operator's settings, read and checked as a whole before anything starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings

from app.settings import shape, sources, tables
from app.settings.mail import Mail
from app.settings.mail import StormRule as StormTable
from app.settings.problems import ConfigError, words_of
from app.settings.process import BusinessProcess
from app.settings.secret import load_keys
from app.settings.table import Table
from bus.publishers import lacking_for
from tickets.letter import Robot
from tickets.model import Site
from tickets.process import Process
from tickets.rules import Rules, Strangers
from tickets.storms.storm import StormRule
from tickets.tokens import Signer

__all__ = ["Config", "ConfigError", "load", "rules_from", "validate_for_run"]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEFAULT_FILE = Path("config.toml")
DEFAULT_SITE = {
    "code": "NN",
    "name": "Nizhny Novgorod",
    "addresses": ["support@example.org"],
}
DEFAULT_BUS = {"name": "file", "url": "file:var/bus.jsonl"}


class Config(Table):
    """Everything the operator decides; paths are absolute."""

    service: tables.Service
    storage: tables.Storage
    blobs: tables.Blobs
    http: tables.Http
    mail: Mail
    telegram: tables.Telegram
    attachments: tables.Attachments
    scan: tables.Scan
    sites: tuple[tables.Site, ...] = Field(min_length=1)
    process: BusinessProcess
    digests: tuple[tables.Digest, ...]
    bus: tuple[tables.Bus, ...]

    @model_validator(mode="after")
    def check_unique(self) -> Self:
        sites = self.sites
        for what, names in (
            ("sites: code", [site.code for site in sites]),
            ("sites: address", [one.lower() for s in sites for one in s.addresses]),
            ("sites: Telegram chat", [one for s in sites for one in s.telegram_chats]),
            ("bus: name", [target.name for target in self.bus]),
            ("mail.storms: name", [rule.name for rule in self.mail.storms]),
            ("mail.imap: name", [mailbox.name for mailbox in self.mail.imap]),
            ("digests: name", [digest.name for digest in self.digests]),
        ):
            for name in _repeated(names):
                raise ValueError(f"{what} {name!r} is given twice; each must be one's")
        return self

    @model_validator(mode="after")
    def check_confirming(self) -> Self:
        if self.process.confirmed and not any(one.commands for one in self.bus):
            raise ValueError(
                "process.confirmed: no [[bus]] has commands, so nobody could confirm"
            )
        return self

    @model_validator(mode="after")
    def check_scopes(self) -> Self:
        codes = [site.code for site in self.sites]
        named = [
            *(("digests", one.name, one.scope.sites) for one in self.digests),
            *(("bus", one.name, one.sites) for one in self.bus),
        ]
        for key, name, sites in named:
            for code in sites:
                if code not in codes:
                    raise ValueError(
                        f"{key}: {name} names site {code!r}, which sites "
                        f"do not list (there are: {', '.join(codes)})"
                    )
        return self


class _Settings(Config, BaseSettings):  # type: ignore[misc] # the two kinds of model_config go together at run time
    """The same keys as variables of the environment."""


def _repeated(names: Iterable[object]) -> list[object]:
    return [name for name, count in Counter(names).items() if count > 1]


def load(path: Path | None = None) -> Config:
    """Read ``path``, else ./config.toml, else the defaults; then the environment.

    ConfigError lists everything that is wrong with it.
    """
    if path is None and DEFAULT_FILE.is_file():
        path = DEFAULT_FILE
    base = path.resolve().parent if path else Path.cwd()
    written = sources.read_file(path) if path else {}
    problems = sources.unknown_variables(Config)
    environment = sources.read_environment(_Settings)
    raw = sources.merge(_defaults(), sources.merge(written, environment))
    problems += sources.read_secret_files(Config, raw, base)

    def origin(where: shape.Where) -> str:
        if _holds(environment, where):
            return shape.variable(where)
        file = path.name if path else "configuration"
        return f"{file}: {shape.dotted(where)}" if where else file

    try:
        config = Config.model_validate(raw, context={"base": base})
    except ValidationError as error:
        raise ConfigError(
            problems + words_of(error, model=Config, origin=origin)
        ) from None
    if problems:
        raise ConfigError(problems)
    return config


def _defaults() -> dict[str, Any]:
    lists = {"sites": [DEFAULT_SITE], "bus": [DEFAULT_BUS], "digests": []}
    return {key: {} for key in Config.model_fields} | lists


def _holds(raw: Any, where: shape.Where) -> bool:
    """Say whether a key was given here, the way down to it included."""
    for part in where:
        if isinstance(raw, dict) and part in raw:
            raw = raw[part]
        else:
            return not isinstance(raw, dict) and raw is not None
    return bool(where)


def rules_from(config: Config) -> Rules:
    """Return what the rules need to know; makes the signing key on first run."""
    return Rules(
        address=config.mail.address,
        sites=tuple(_site(config, site) for site in config.sites),
        signer=Signer(
            keys=load_keys(config.service),
            address=config.mail.address,
            style=config.mail.reply_address,
        ),
        language=config.service.language,
        process=_process(config.process),
        public_domains=frozenset(config.mail.public_domains),
        hold=config.mail.hold,
        telegram=config.telegram.enabled,
        strangers=Strangers(config.mail.strangers),
        strangers_in_chat=Strangers(config.telegram.strangers),
        triage_chat=config.telegram.triage_chat,
        programs=frozenset(config.attachments.programs),
        same_subject=config.mail.same_subject,
        storms=tuple(_storm(rule) for rule in config.mail.storms),
        public_url=config.http.public_url,
    )


def _storm(rule: StormTable) -> StormRule:
    return StormRule(
        name=rule.name,
        sender=rule.sender or "",
        robot=Robot(rule.robot) if rule.robot else None,
        subject=rule.subject or "",
        window=rule.window,
        after=rule.after,
    )


def _site(config: Config, site: tables.Site) -> Site:
    return Site(
        code=site.code,
        name=site.name,
        timezone=site.timezone or config.service.timezone,
        language=site.language or config.service.language,
        addresses=site.addresses,
        chats=site.telegram_chats,
    )


def _process(table: BusinessProcess) -> Process:
    ways = {
        stage: frozenset(table.transitions.get(stage, ())) for stage in table.stages
    }
    return Process(
        name="default",
        transitions=MappingProxyType(ways),
        told=MappingProxyType(table.notices),
        confirmed=MappingProxyType(table.confirmed),
    )


NO_BOT = (
    "telegram.token: must be given (or telegram.token_file, or "
    "ZAYAVKA_TELEGRAM__TOKEN); to do without a chat say telegram.enabled = false"
)
NO_RELAY = (
    "mail.relay: must be given (smtp://, smtps://, lmtp:// or maildir:PATH, also as "
    "mail.relay_file or ZAYAVKA_MAIL__RELAY): no answer could leave without it"
)


def _toy_problems(config: Config) -> Iterator[str]:
    """Yield what makes a configuration too real to play with."""
    telegram, mail = config.telegram, config.mail
    if telegram.token is not None or mail.relay is not None or mail.imap:
        yield (
            "--sandbox is for a desk without accounts, and this configuration has "
            "telegram.token, mail.relay or mail.imap: run without --sandbox, or name "
            "another file with --config"
        )
    for key, host in (("http", config.http.host), ("mail.smtp", config.mail.smtp.host)):
        if host not in LOOPBACK:
            yield f"--sandbox stays on this machine: {key}.host must be 127.0.0.1"


def _lacking(config: Config) -> Iterator[str]:
    """Yield what must be installed first."""
    for target in config.bus:
        if lacking := lacking_for(target.url.get_secret_value()):
            yield f"bus {target.name}: {lacking}"


def validate_for_run(config: Config, *, sandbox: bool) -> tuple[str, ...]:
    """Return what keeps the desk from running in earnest, one line each."""
    problems = list(_lacking(config))
    if sandbox:
        return (*problems, *_toy_problems(config))
    if config.telegram.enabled and config.telegram.token is None:
        problems.append(NO_BOT)
    if config.mail.relay is None:
        problems.append(NO_RELAY)
    if problems:
        problems.append("To try everything without accounts: zayavka run --sandbox")
    return tuple(problems)
