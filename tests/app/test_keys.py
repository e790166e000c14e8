"""A desk has one secret, whichever machine a process runs on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.config import load
from app.service import Service
from storage import keyring
from storage.store import Places, Store
from tests.app.conftest import Ran, configure, in_vain

SAID = "zayavka: service.secret: another one signs"
NEW, FORMER = "n" * 32, "f" * 32


def machine(records: Places, folder: Path, *secrets: str) -> Path:
    """Return the configuration of a machine with a data directory of its own."""
    folder.mkdir(exist_ok=True)
    path = configure(records, folder)
    if secrets:
        path.write_text(f"[service]\nsecret = {list(secrets)}\n{path.read_text()}")
    return path


def start(config: Path) -> None:
    async def briefly() -> None:
        async with Service(config=load(config), roles=()):
            pass

    asyncio.run(briefly())


def change(config: Path, domain: str) -> Ran:
    """Run a command that writes."""
    return Ran(config, "org", "add", "--name", domain, "--domain", domain)


def test_a_machine_that_makes_its_own_secret_is_refused(
    records: Places, tmp_path: Path
) -> None:
    first, second = (machine(records, tmp_path / name) for name in ("one", "two"))
    start(first)
    assert SAID in in_vain(second, "", code=2)
    refused = change(second, "a.ru")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(SAID)
    assert change(first, "a.ru").code == 0


def test_a_new_secret_is_taken_from_who_knows_the_former(
    records: Places, tmp_path: Path
) -> None:
    assert change(machine(records, tmp_path, FORMER), "a.ru").code == 0
    assert change(machine(records, tmp_path, NEW, FORMER), "b.ru").code == 0
    assert change(machine(records, tmp_path, NEW), "c.ru").code == 0
    assert change(machine(records, tmp_path, FORMER), "d.ru").code == 2


def test_a_secret_that_is_lost_can_be_forgotten(
    records: Places, tmp_path: Path
) -> None:
    assert change(machine(records, tmp_path, FORMER), "a.ru").code == 0
    config = machine(records, tmp_path, NEW)
    assert Ran(config, "check").code == 1
    assert Ran(config, "db", "forget-secret").code == 0
    assert change(config, "b.ru").code == 0
    assert "the one that the records know" in Ran(config, "check").out


def test_the_records_do_not_hold_the_secret(store: Store, desk: Path) -> None:
    start(desk)
    made = (desk.parent / "var/secret").read_text().strip()
    assert made not in (store.read(keyring.known) or made)
