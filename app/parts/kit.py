"""What all parts share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.alarms import Alarms
from app.config import Config, rules_from
from app.digests import reports_from
from app.outbox import Records
from app.publishing import Publishing, publishing_for
from scheduler.digests import Planned, plan
from storage.store import Store
from templates.texts import Texts
from tickets.rules import Rules
from tickets.words import Medium


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kit:
    """What all parts share."""

    config: Config
    rules: Rules
    texts: Texts
    store: Store
    publishing: Publishing
    owner: str
    plans: tuple[Planned, ...]  # the digests

    @property
    def alarms(self) -> Alarms:
        telegram = self.config.telegram
        return Alarms(chat=telegram.admin_chat if telegram.enabled else None)

    @property
    def records(self) -> Records:
        return Records(
            store=self.store,
            rules=self.rules,
            write=self.publishing.commit,
            owner=self.owner,
            now=now,
            alarms=self.alarms,
        )


def make_kit(config: Config, store: Store, *, owner: str) -> Kit:
    rules = rules_from(config)
    return Kit(
        config=config,
        rules=rules,
        texts=make_texts(config),
        store=store,
        publishing=publishing_for(config, rules.signer.keys),
        owner=owner,
        plans=plan(reports_from(config)),
    )


def make_texts(config: Config) -> Texts:
    zones = {site.code: site.timezone for site in config.sites if site.timezone}
    return Texts(
        language=config.service.language, timezone=config.service.timezone, zones=zones
    )


#: Which drains are woken by which kind of lane.
KINDS = {
    "arrivals": "arrival",
    "mail": str(Medium.MAIL),
    "chat": str(Medium.TELEGRAM),
    "bus": str(Medium.BUS),
}
