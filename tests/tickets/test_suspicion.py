"""What specialists are told of a file before they open it."""

from __future__ import annotations

import pytest

from tickets.files.examined import TOO_LARGE, Examined
from tickets.files.suspicion import PROGRAM_NAMES, remarks_on, type_of
from tickets.words import Remark

EXE = "application/vnd.microsoft.portable-executable"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("name", "declared", "found", "told"),
    [
        ("photo.png", "image/png", EXE, {Remark.DISGUISED, Remark.PROGRAM}),
        ("photo.bin", "image/png", EXE, {Remark.DISGUISED, Remark.PROGRAM}),
        ("setup.exe", "application/octet-stream", EXE, {Remark.PROGRAM}),
        ("invoice.pdf .exe", "application/pdf", "", {Remark.PROGRAM}),
        ("Отчёт.XLSM", "", "application/zip", {Remark.PROGRAM}),
        ("scan.pdf", "application/pdf", "text/html", {Remark.DISGUISED}),
        ("scan.jpg", "image/jpeg", "application/zip", {Remark.DISGUISED}),
        ("logo.png", "image/png", "image/svg+xml", {Remark.DISGUISED}),
        ("logo.svg", "image/svg+xml", "image/svg+xml", set()),
        ("photo.png", "image/png", "image/jpeg", set()),
        ("table.xls", "application/vnd.ms-excel", "text/html", set()),
        ("act.docx", DOCX, "application/zip", set()),
        ("act.docx", "application/octet-stream", "application/pdf", set()),
        ("README", "text/plain", "", set()),
    ],
)
def test_what_pretends_to_be_harmless_is_named(
    name: str, declared: str, found: str, *, told: set[Remark]
) -> None:
    examined = Examined(media_type=found)
    remarks = remarks_on(name, declared, examined, programs=PROGRAM_NAMES)
    assert set(remarks) == told


@pytest.mark.parametrize(
    ("examined", "told"),
    [
        (Examined(extensions=frozenset({"txt", "exe"})), Remark.HOLDS_PROGRAM),
        (Examined(encrypted=True, opaque=True), Remark.ENCRYPTED),
        (Examined(opaque=True), Remark.OPAQUE),
        (Examined(scanned=TOO_LARGE), Remark.UNSCANNED),
    ],
)
def test_what_was_not_checked_is_told(examined: Examined, told: Remark) -> None:
    assert remarks_on("a.zip", "", examined, programs=PROGRAM_NAMES) == (told,)


def test_the_operator_says_what_a_program_is() -> None:
    assert remarks_on("a.exe", "", Examined(), programs={"bas"}) == ()
    assert remarks_on("a.bas", "", Examined(), programs={"bas"}) == (Remark.PROGRAM,)


@pytest.mark.parametrize(
    ("declared", "found", "kept"),
    [
        ("image/png", EXE, EXE),
        ("image/png", "", "image/png"),
        (DOCX, "application/zip", DOCX),
        ("application/octet-stream", "application/zip", "application/zip"),
        ("application/octet-stream", "image/png", "image/png"),
        ("", "", ""),
    ],
)
def test_the_type_is_that_of_the_bytes_where_they_tell(
    declared: str, found: str, kept: str
) -> None:
    assert type_of(declared, Examined(media_type=found)) == kept
