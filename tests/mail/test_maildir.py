"""The Maildir relay writes a mail whole, durably and once."""

from __future__ import annotations

import asyncio
import mailbox
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mail.sending.maildir import MaildirRelay
from tickets.sending import Answer, Later, Sent

MAIL = b"Message-ID: <1@desk.example>\r\n\r\nDone.\r\n"


def send(path: Path, content: bytes = MAIL, to: str = "ann@partner.example") -> Answer:
    relay = MaildirRelay(path)
    return asyncio.run(relay.send("help@desk.example", to, content))


def files(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()]


def test_a_mail_is_found_in_new_with_its_envelope_on_top(tmp_path: Path) -> None:
    answer = send(tmp_path / "sent")
    assert isinstance(answer, Sent)
    (file,) = files(tmp_path)
    assert file == tmp_path / "sent" / "new" / answer.receipt
    assert file.read_bytes() == (
        b"X-Envelope-From: <help@desk.example>\r\n"
        b"X-Envelope-To: <ann@partner.example>\r\n" + MAIL
    )


def test_pythons_own_reader_understands_it(tmp_path: Path) -> None:
    send(tmp_path)
    (mail,) = mailbox.Maildir(tmp_path, create=False)
    assert mail["X-Envelope-To"] == "<ann@partner.example>"


def test_line_ends_of_the_headers_follow_the_mail(tmp_path: Path) -> None:
    send(tmp_path, b"Subject: x\n\nbody\n")
    (file,) = files(tmp_path)
    assert b"\r" not in file.read_bytes()


def test_the_same_mail_sent_again_is_the_same_file(tmp_path: Path) -> None:
    assert send(tmp_path) == send(tmp_path)
    assert len(files(tmp_path)) == 1


def test_a_mail_that_was_read_meanwhile_does_not_come_again(tmp_path: Path) -> None:
    answer = send(tmp_path)
    assert isinstance(answer, Sent)
    new = tmp_path / "new" / answer.receipt
    new.rename(tmp_path / "cur" / f"{answer.receipt}:2,S")
    assert send(tmp_path) == answer
    assert len(files(tmp_path)) == 1


def test_another_recipient_or_content_is_another_file(tmp_path: Path) -> None:
    send(tmp_path)
    send(tmp_path, to="bob@partner.example")
    send(tmp_path, content=MAIL + b"PS\r\n")
    assert len(files(tmp_path)) == 3


def test_an_address_cannot_add_a_header(tmp_path: Path) -> None:
    send(tmp_path, to="ann@x>\r\nBcc: <eve@x")
    (file,) = files(tmp_path)
    head = file.read_bytes().split(b"\r\n")
    assert head[1] == b"X-Envelope-To: <ann@x???Bcc: ?eve@x>"
    assert head[2].startswith(b"Message-ID")


def test_a_folder_that_cannot_be_written_means_later(tmp_path: Path) -> None:
    (tmp_path / "sent").write_text("a file in the way")
    answer = send(tmp_path / "sent")
    assert isinstance(answer, Later)
    assert "sent" in answer.reason


def test_a_failure_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    send(tmp_path, content=b"first")
    monkeypatch.setattr(os, "fsync", no_space)
    answer = send(tmp_path)
    assert isinstance(answer, Later)
    assert "No space" in answer.reason
    assert len(files(tmp_path)) == 1


def test_file_and_folder_are_synced_before_it_counts_as_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def noting(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            seen.append(name)
            return real(*arguments)

        return call

    send(tmp_path, content=b"first")
    monkeypatch.setattr(os, "fsync", noting("fsync", os.fsync))
    monkeypatch.setattr(Path, "rename", noting("rename", Path.rename))
    send(tmp_path)
    assert seen == ["fsync", "rename", "fsync"]
