"""What answers over HTTP, and what runs the commands that write."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from app import pages
from app.clerk import Clerk
from app.files import StoredFiles
from app.health import Gauges, Watch
from app.http import HttpServer, make_app
from app.intake import DepartureKeeper, Intake
from app.leaving import Leaving, StoredPlaces
from app.links import SignedLinks
from app.parts.kit import Kit, now


def make_http(kit: Kit, watch: Watch) -> HttpServer:
    """Return what answers for health, metrics and signed files."""
    http = kit.config.http
    registry = CollectorRegistry()
    registry.register(Gauges(watch))
    links = SignedLinks(base_url=http.base_url, keys=kit.rules.signer.keys)
    files = StoredFiles(
        links=links,
        store=kit.store,
        now=now,
        gone=lambda language: pages.gone(kit.texts, language),
    )
    keeper = DepartureKeeper(intake=Intake(kit.store), clock=now)
    leaving = Leaving(
        keys=kit.rules.signer.keys,
        records=StoredPlaces(store=kit.store, rules=kit.rules),
        keeper=keeper,
        texts=kit.texts,
    )
    served = make_app(
        health=watch, registry=registry, files=files, more=leaving.routes()
    )
    return HttpServer(served, host=http.host, port=http.port)


def make_clerk(kit: Kit) -> Clerk:
    """Return what runs the commands that write."""
    return Clerk(write=kit.publishing.commit, rules=kit.rules)
