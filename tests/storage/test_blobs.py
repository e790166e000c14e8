"""Blobs: large ones as files, stored once, whatever ends the process between."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import contents
from storage.blobs import INLINE_LIMIT, Blobs
from storage.store import Store
from storage.transaction import Transaction
from tests.desks import post
from tests.storage.desk import InStore, play
from tickets.letter import File

LARGE = b"x" * (INLINE_LIMIT + 1)
KEY = hashlib.sha256(LARGE).hexdigest()
SMALL = b"x" * INLINE_LIMIT


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_blob_is_found_by_its_sha256(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    blobs.store(KEY, LARGE)
    assert blobs.load(KEY) == LARGE
    assert files(tmp_path) == [KEY]


def test_the_same_bytes_are_one_file(tmp_path: Path) -> None:
    Blobs(tmp_path).store(KEY, LARGE)
    path = tmp_path / KEY[:2] / KEY
    before = path.stat().st_ino
    Blobs(tmp_path).store(KEY, LARGE)
    assert path.stat().st_ino == before


def test_a_blob_that_is_not_here_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Blobs(tmp_path).load("0" * 64)


@pytest.mark.parametrize(("content", "inline"), [(SMALL, True), (LARGE, False)])
def test_small_blobs_stand_in_the_row_and_large_ones_in_files(
    store: Store, *, content: bytes, inline: bool
) -> None:
    twins = tuple(
        File(name=name, media_type="a/b", content=content) for name in ("one", "two")
    )
    play(InStore(store=store), post(files=twins))
    key = hashlib.sha256(content).hexdigest()
    found = text("SELECT * FROM blob WHERE sha256 = :key")
    row = store.read(lambda tx: tx.run(found, {"key": key}).one())
    assert (row.content is not None) == inline
    assert row.size == len(content)
    assert store.read(lambda tx: contents.load(tx, row.sha256)) == content


def test_a_process_that_ends_between_file_and_row_does_no_harm(store: Store) -> None:
    def end(tx: Transaction) -> None:
        tx.blobs.store(KEY, LARGE)
        raise KeyError("the process ended here")

    assert isinstance(store.submit(end).exception(), KeyError)
    large = File(name="a", media_type="a/b", content=LARGE)
    play(InStore(store=store), post(files=(large,)))
    assert store.read(lambda tx: contents.load(tx, KEY)) == LARGE


def test_a_file_half_written_is_never_taken_for_whole(tmp_path: Path) -> None:
    scratch = tmp_path / KEY[:2] / f".{KEY}.dead"
    scratch.parent.mkdir()
    scratch.write_bytes(LARGE[:100])
    blobs = Blobs(tmp_path)
    with pytest.raises(FileNotFoundError):
        blobs.load(KEY)
    blobs.store(KEY, LARGE)
    assert blobs.load(KEY) == LARGE


def test_a_blob_that_was_never_stored_is_an_error(store: Store) -> None:
    with pytest.raises(LookupError):
        store.read(lambda tx: contents.load(tx, "0" * 64))
