"""A key that cannot sign is an error of the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.conftest import in_vain


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "must be a file that exists"),
        ("rubbish", "must be a private key in PEM without a password"),
        ("я", "must be a readable file with a private key (PEM)"),
    ],
    ids=["no file", "no key", "no text"],
)
def test_a_key_that_cannot_sign_stops_the_start_with_2(
    desk: Path, written: str | None, said: str
) -> None:
    if written is not None:
        desk.with_name("dkim.pem").write_text(written, encoding="utf-8")
    table = (
        '[mail.dkim]\ndomain = "example.org"\nselector = "s"\nkey_file = "dkim.pem"\n'
    )
    told = in_vain(desk, table, code=2)
    assert "mail.dkim.key_file" in told
    assert said in told


def test_a_selector_is_part_of_a_name(desk: Path) -> None:
    desk.with_name("dkim.pem").write_text("rubbish", encoding="utf-8")
    table = (
        '[mail.dkim]\ndomain = "example.org"\nselector = "a b"\nkey_file = "dkim.pem"\n'
    )
    assert "mail.dkim.selector" in in_vain(desk, table, code=2)
