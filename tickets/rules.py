"""What the operator decided: the settings that the rules read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, unique
from functools import cached_property

from tickets.files.suspicion import PROGRAM_NAMES
from tickets.model import Organisation, Site
from tickets.process import DEFAULT, Process
from tickets.storms.storm import StormRule
from tickets.tokens import Signer

#: Over this an address gets so many acknowledgements.
ACKNOWLEDGEMENT_WINDOW = timedelta(days=1)


@unique
class Strangers(StrEnum):
    """What becomes of the requests of people nobody knows."""

    ACCEPT = "accept"
    TRIAGE = "triage"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The desk's settings.

    ``address`` is the support address; ``public_domains`` never are an
    organisation; ``acknowledgements_a_day`` caps what one unproven address gets,
    ``notices_an_hour`` what the desk writes to one on a ticket by itself;
    ``hold`` is how long an answer stays before it leaves;
    ``telegram`` is False where the desk runs without a chat; ``strangers`` says what
    becomes of people nobody knows who write by mail, ``strangers_in_chat`` of those who
    write to the bot, ``triage_chat`` where staff is asked about them; ``programs`` are
    the extensions of files that specialists are warned of. ``same_subject`` is how
    long a ticket is known by its subject alone, None: never; ``public_url`` is where
    we answer on the web, if anywhere.
    """

    address: str
    sites: tuple[Site, ...]
    signer: Signer
    language: str = "ru"
    process: Process = DEFAULT
    public_domains: frozenset[str] = frozenset()
    acknowledgements_a_day: int = 20
    notices_an_hour: int = 10
    participants_a_mail: int = 20
    programs: frozenset[str] = PROGRAM_NAMES
    hold: timedelta = timedelta()
    telegram: bool = True
    strangers: Strangers = Strangers.ACCEPT
    strangers_in_chat: Strangers = Strangers.ACCEPT
    triage_chat: int | None = None
    same_subject: timedelta | None = None
    storms: tuple[StormRule, ...] = ()
    public_url: str | None = None

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        own = {self.address.lower()}
        for site in self.sites:
            own.update(address.lower() for address in site.addresses)
        return frozenset(own)

    def is_own(self, address: str) -> bool:
        """Say whether mail to this address is for us, signed ones included."""
        wanted = address.lower()
        if wanted in self.own_addresses:
            return True
        return _without_plus(wanted) in self.own_addresses or self._is_signed(wanted)

    def takes(self, recipient: str) -> bool:
        """Say whether mail for a recipient comes in: ours, and for the postmaster.

        Every server must take that (RFC 5321, 4.5.1), with our domain or without one.
        """
        local, _, domain = recipient.lower().partition("@")
        own = {one.rpartition("@")[2] for one in self.own_addresses}
        return self.is_own(recipient) or (
            local == "postmaster" and (not domain or domain in own)
        )

    def _is_signed(self, address: str) -> bool:
        domain = self.address.lower().rpartition("@")[2]
        return address.endswith(f"@{domain}") and self.signer.read(address) is not None

    def site(self, code: str) -> Site:
        """Return a site; LookupError if the configuration no longer names it."""
        for site in self.sites:
            if site.code == code:
                return site
        raise LookupError(f"site {code!r} is not in the configuration")

    def site_for(self, recipients: tuple[str, ...]) -> Site:
        """Return the site of the first recipient that names one, else the first."""
        for recipient in recipients:
            named = {recipient.lower(), _without_plus(recipient.lower())}
            for site in self.sites:
                if not named.isdisjoint(own.lower() for own in site.addresses):
                    return site
        return self.sites[0]

    def site_of(self, partner: Organisation | None) -> Site:
        """Return the site that a partner belongs to, else the first."""
        wanted = partner.site if partner else None
        return next((one for one in self.sites if one.code == wanted), self.sites[0])

    def language_for(self, own: str | None, site: str) -> str:
        """Choose the person's language, else the site's, else the service's."""
        return own or self.site(site).language or self.language


def _without_plus(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
