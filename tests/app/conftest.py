"""A desk's configuration over a database that has something in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from typer.testing import CliRunner

from app.cli import app
from storage.store import Places, Store
from tests.databases import Templates
from tests.storage.filled import fill


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("ZAYAVKA_"):
            monkeypatch.delenv(name)


class Ran:
    """What a command printed and how it ended."""

    def __init__(self, config: Path, *words: str) -> None:
        result = CliRunner().invoke(app, ["--config", str(config), *words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.code = result.exit_code
        self.out = result.stdout
        self.err = result.stderr


def zayavka(desk: Path, *words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "app.cli", "--config", str(desk), *words]


def in_vain(desk: Path, more: str, *, code: int = 1) -> str:
    """Run a desk that cannot start, with more settings; return what it says."""
    desk.write_text(desk.read_text() + more)
    ended = subprocess.run(  # noqa: S603 # our own program
        zayavka(desk, "run"), capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    return ended.stderr


Run: TypeAlias = Callable[..., Ran]


@pytest.fixture
def places(templates: Templates, tmp_path: Path) -> Places:
    """Return a SQLite database: what is read from it, storage tests on both."""
    return templates.sqlite(tmp_path)


def configure(places: Places, folder: Path) -> Path:
    """Write the configuration of a desk that is complete but for a chat."""
    url = places.url.render_as_string(hide_password=False)
    path = folder / "desk.toml"
    path.write_text(
        f'[storage]\nurl = "{url}"\n[blobs]\nurl = "file:{places.blobs}"\n'
        '[telegram]\nenabled = false\n[mail]\nrelay = "maildir:sent"\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def desk(places: Places, tmp_path: Path) -> Path:
    """Return the configuration of an empty desk."""
    return configure(places, tmp_path)


@pytest.fixture
def run(desk: Path) -> Run:
    """Return what runs a command on that desk."""
    return lambda *words: Ran(desk, *words)


@pytest.fixture
def busy(store: Store) -> None:
    """Put a ticket with an answer into the desk."""
    fill(store)
