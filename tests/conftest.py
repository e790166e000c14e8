"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from storage.store import Places, Store
from tests.brokers import RabbitMq
from tests.databases import Templates
from tests.dovecot import Dovecot
from tests.scanners import RealClamd

#: A machine that others use, too, may stand still for a while: no test is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def records(
    request: pytest.FixtureRequest, templates: Templates, tmp_path: Path
) -> Iterator[Places]:
    """An empty, migrated database of each kind."""
    if request.param == "sqlite":
        yield templates.sqlite(tmp_path)
        return
    with templates.postgres(tmp_path) as made:
        yield made


@pytest.fixture
def places(records: Places) -> Places:
    """Each kind, unless a folder of tests chooses one."""
    return records


@pytest.fixture
def store(places: Places) -> Iterator[Store]:
    opened = Store(
        places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None
    )
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def rabbit_node() -> Iterator[RabbitMq]:
    node = RabbitMq()
    yield node
    node.close()


@pytest.fixture
def rabbit(rabbit_node: RabbitMq) -> Iterator[RabbitMq]:
    """Return a running RabbitMQ; tests share it and take names of their own."""
    rabbit_node.start()
    yield rabbit_node
    rabbit_node.thaw()


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    server = Dovecot()
    yield server
    server.close()


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> Dovecot:
    """Return a running Dovecot; tests share it and take users of their own."""
    dovecot_server.start()
    return dovecot_server


@pytest.fixture(scope="session")
def clamd_server() -> Iterator[RealClamd]:
    server = RealClamd()
    yield server
    server.close()


@pytest.fixture
def clamd(clamd_server: RealClamd) -> RealClamd:
    """Return a running clamd that knows one virus."""
    clamd_server.start()
    return clamd_server
