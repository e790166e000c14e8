"""The desk that the tests of one module share, each with a site of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.desks import Forks
from tests.acceptance.houses import ANNA, BORIS, House, Site, open_house, register


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a desk whose specialists the operator registered."""
    folder = tmp_path_factory.mktemp("staffed")
    register(folder, {"Анна": ANNA, "Борис": BORIS})
    return folder / "var"


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Starts desks in a fraction of the time that a new interpreter takes."""
    forks = Forks()
    yield forks
    forks.close()


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, staffed: Path, forks: Forks
) -> Iterator[House]:
    """A desk at work with many sites."""
    folder = tmp_path_factory.mktemp("house")
    with open_house(folder, staffed, sites=40) as opened:
        opened.desk.warm(forks)
        opened.desk.start()
        yield opened


@pytest.fixture
def site(house: House) -> Site:
    """A site with a forum group that no other test uses."""
    return house.site()


@pytest.fixture
def own(tmp_path: Path, staffed: Path, forks: Forks) -> Iterator[House]:
    """A desk of the test's own, not started yet."""
    with open_house(tmp_path / "own", staffed) as opened:
        opened.desk.warm(forks)
        yield opened
