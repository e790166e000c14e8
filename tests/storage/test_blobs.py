"""Blobs: large ones as files, stored once, whatever ends the process between."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.blobs import INLINE_LIMIT, Blobs
from storage.notices import load_blob
from storage.store import Store
from storage.transaction import Transaction
from tests.desks import post
from tests.storage.desk import InStore, play
from tickets.letter import File

LARGE = b"x" * (INLINE_LIMIT + 1)
SMALL = b"x" * INLINE_LIMIT


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_blob_is_found_by_its_sha256(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    key = blobs.store(LARGE)
    assert key == hashlib.sha256(LARGE).hexdigest()
    assert blobs.load(key) == LARGE
    assert files(tmp_path) == [key]


def test_the_same_bytes_are_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    first = blobs.store(LARGE)
    before = (tmp_path / first[:2] / first).stat().st_ino
    assert blobs.store(LARGE) == first
    assert (tmp_path / first[:2] / first).stat().st_ino == before


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
    (row,) = store.read(lambda tx: tx.run(text("SELECT * FROM blob")).all())
    assert (row.content is not None) == inline
    assert row.size == len(content)
    assert store.read(lambda tx: load_blob(tx, row.sha256)) == content


def test_a_process_that_ends_between_file_and_row_does_no_harm(store: Store) -> None:
    def end(tx: Transaction) -> None:
        tx.blobs.store(LARGE)
        raise KeyError("the process ended here")

    assert isinstance(store.submit(end).exception(), KeyError)
    large = File(name="a", media_type="a/b", content=LARGE)
    play(InStore(store=store), post(files=(large,)))
    key = hashlib.sha256(LARGE).hexdigest()
    assert store.read(lambda tx: load_blob(tx, key)) == LARGE


def test_a_file_half_written_is_never_taken_for_whole(tmp_path: Path) -> None:
    key = hashlib.sha256(LARGE).hexdigest()
    scratch = tmp_path / key[:2] / f".{key}.dead"
    scratch.parent.mkdir()
    scratch.write_bytes(LARGE[:100])
    blobs = Blobs(tmp_path)
    with pytest.raises(FileNotFoundError):
        blobs.load(key)
    assert blobs.store(LARGE) == key
    assert blobs.load(key) == LARGE


def test_a_blob_that_was_never_stored_is_an_error(store: Store) -> None:
    with pytest.raises(LookupError):
        store.read(lambda tx: load_blob(tx, "0" * 64))
