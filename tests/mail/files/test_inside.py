"""Files are looked into within bounds, whatever they are made to do."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.files.allowance import Allowance, Bounds
from mail.files.inside import examine
from mail.files.sniff import sniff
from tests.archives import MIB, locked, lying, nested, tarred, zipped
from tickets.files.examined import Examined

LONG_NAME = "q" * 150 + ".exe"


def look(content: bytes, **bounds: int) -> Examined:
    return examine(content, Allowance(Bounds(**bounds)))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (
            b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0",
            "application/vnd.m",
        ),
        (b"MZ is how this text begins, and it goes on for a line or two more.", ""),
        (b"\x7fELF", "application/x-elf"),
        (b"#!/bin/sh\n", "application/x-sh"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "application/x-java-class"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", "application/x-mach-binary"),
        (b"\xef\xbb\xbf \n<!-- x --><!DOCTYPE html>", "text/html"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE svg>", "image/svg+xml"),
        (b"<svg xmlns='x'>", "image/svg+xml"),
        (b"<ScRiPt>", "text/html"),
        (b"<order>", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_it_begins_as(content: bytes, media_type: str) -> None:
    assert sniff(content).startswith(media_type)
    assert bool(sniff(content)) == bool(media_type)


@pytest.mark.parametrize(
    "content",
    [
        zipped({"a/b.exe": b"MZ", "c.txt": b"x" * 9999}),
        zipped({"b.exe": b"MZ"}, zipfile.ZIP_STORED),
        zipped({"in.zip": zipped({"b.exe": b"MZ"})}),
        tarred({"b.exe": b"MZ"}),
        tarred({LONG_NAME: b"MZ"}, form=tarfile.GNU_FORMAT),
        tarred({LONG_NAME: b"MZ"}, form=tarfile.PAX_FORMAT),
        tarred({"b.exe": b"MZ"}, "w:gz"),
        tarred({"b.exe": b"MZ"}, "w:bz2"),
        tarred({"b.exe": b"MZ"}, "w:xz"),
        locked({"b.exe": b"MZ"}),
    ],
    ids=["zip", "stored", "nested", "tar", "gnu", "pax", "gz", "bz2", "xz", "locked"],
)
def test_the_names_in_an_archive_are_seen(content: bytes) -> None:
    found = look(content)
    assert "exe" in found.extensions
    assert (found.bomb, found.opaque) == ("", False)


def test_what_is_encrypted_is_told() -> None:
    assert look(locked({"a.txt": b"x"})).encrypted
    assert not look(zipped({"a.txt": b"x"})).encrypted


BOMBS: dict[str, Callable[[], bytes]] = {
    "zip": lambda: zipped({"a": bytes(40 * MIB)}),
    "many in a zip": lambda: zipped({f"{n}": bytes(2 * MIB) for n in range(20)}),
    "nested zip": lambda: zipped(
        {f"{n}.zip": zipped({"a": bytes(10 * MIB)}) for n in range(4)}
    ),
    "zip that lies": lambda: lying({"a": bytes(40 * MIB)}),
    "gzip": lambda: gzip.compress(bytes(40 * MIB)),
    "gzip in pieces": lambda: gzip.compress(bytes(10 * MIB)) * 4,
    "bzip2": lambda: bz2.compress(bytes(40 * MIB)),
    "xz": lambda: lzma.compress(bytes(40 * MIB)),
    "tar.gz": lambda: tarred({"a": bytes(40 * MIB)}, "w:gz"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_file_that_unpacks_to_much_is_a_bomb(kind: str) -> None:
    content = BOMBS[kind]()
    began = time.process_time()
    assert "times as large" in look(content).bomb
    assert time.process_time() - began < 5
    assert look(content, ratio=10**12).bomb == ""


@pytest.mark.parametrize("size", [b"-2000", b"-200000", b"+1", b"1_0"])
def test_a_tar_whose_sizes_are_no_numbers_is_not_read_on(size: bytes) -> None:
    head = bytearray(512)
    head[0:1], head[124:125], head[156:157], head[257:262] = b"d", b"0", b"5", b"ustar"
    lying = bytearray(head)
    lying[124 : 124 + len(size)] = size
    assert look(bytes(head + lying) + bytes(1024)).opaque


def test_a_tar_that_says_it_is_huge_is_a_bomb() -> None:
    content = bytearray(tarred({"a": b"x"}))
    content[124:136] = b"\x80" + (10**12).to_bytes(11, "big")  # as GNU writes it
    assert look(bytes(content)).bomb == "unpacked it is larger than 512 MiB"


def test_bounds_are_those_of_the_operator() -> None:
    files = zipped({f"{n}.txt": b"x" for n in range(4)})
    assert look(files, members=3).bomb == "more than 3 files in archives"
    assert look(files, members=4).bomb == ""
    assert look(nested(4), nesting=3).bomb == "archives in archives, deeper than 3"
    assert look(nested(3), nesting=3).bomb == ""
    assert look(files, unpacked=3).bomb == "unpacked it is larger than 3 bytes"


def test_the_files_of_a_message_share_what_may_be_unpacked() -> None:
    allowance = Allowance(Bounds(unpacked=15))
    files = [zipped({"a": b"0123456789"})] * 2
    assert [bool(examine(one, allowance).bomb) for one in files] == [False, True]


def test_a_directory_of_half_a_million_entries_is_left_off() -> None:
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 16)
    entries = entry * 500_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, len(entries), 30, 0)
    content = b"PK\x03\x04" + bytes(26) + entries + end
    began = time.process_time()
    assert look(content).bomb
    assert time.process_time() - began < 2


def test_what_is_damaged_is_told_and_no_more() -> None:
    whole = [
        zipped({"a.txt": b"hello" * 1000}),
        gzip.compress(b"hello" * 1000),
        bz2.compress(b"hello" * 1000),
        lzma.compress(b"hello" * 1000),
    ]
    for content in whole:
        assert look(content[:-20]).opaque
        assert look(content).opaque is False
    assert look(zipped({"a": b"x"}, zipfile.ZIP_LZMA)).opaque


@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from(range(5)))
def test_no_bytes_break_it(noise: bytes, at: int, kind: int) -> None:
    archives = [
        zipped({"a.txt": b"hello", "b.zip": zipped({"c": b"d"})}),
        tarred({"a.txt": b"hello"}),
        gzip.compress(b"hello" * 20),
        bz2.compress(b"hello" * 20),
        lzma.compress(b"hello" * 20),
    ]
    content = bytearray(archives[kind])
    content[at : at + len(noise)] = noise
    look(bytes(content))
    look(noise)


def test_a_real_document_is_no_bomb() -> None:
    xml = b"<w:p><w:r><w:t>word</w:t></w:r></w:p>" * 100_000
    found = look(zipped({"word/document.xml": xml, "[Content_Types].xml": b"<x/>"}))
    assert (found.bomb, found.opaque, found.encrypted) == ("", False, False)


def test_a_zip_behind_other_bytes_is_read() -> None:
    stub = b"PK\x03\x04" + bytes(60)
    archive = io.BytesIO(stub + zipped({"b.exe": b"MZ"}))
    assert "exe" in look(archive.getvalue()).extensions
