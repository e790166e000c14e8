"""One process holds the data directory; the others ask it."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from app import control
from app.clerk import Refused
from app.commands import changing
from app.control import ControlError, ControlServer, DataDirLock, NotListening, ask
from storage.errors import Locked
from tests.app.conftest import Ran, Run
from tickets.model import Json


async def execute(name: str, arguments: Json) -> Json:
    if name == "refuse":
        raise Refused("not today")
    if name == "break":
        raise ZeroDivisionError("a secret of ours")
    return {"did": name, **arguments}


def served(folder: Path, asking: Callable[[], object]) -> object:
    """Run what asks in a thread, while the server answers in the loop."""

    async def both() -> object:
        server = ControlServer(folder=folder, execute=execute, told=(Refused,))
        await server.start()
        try:
            return await asyncio.to_thread(asking)
        finally:
            await server.stop()

    return asyncio.run(both())


def test_a_command_is_done_by_the_one_who_holds_the_directory(tmp_path: Path) -> None:
    done = served(tmp_path, lambda: ask(tmp_path, "greet", {"whom": "мир"}))
    assert done == {"did": "greet", "whom": "мир"}


def test_a_refusal_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="not today"):
        served(tmp_path, lambda: ask(tmp_path, "refuse", {}))


def test_a_bug_is_logged_and_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ControlError, match="log says why") as caught:
        served(tmp_path, lambda: ask(tmp_path, "break", {}))
    assert "secret" not in str(caught.value)
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_the_socket_is_for_its_owner_alone_and_goes_with_the_server(
    tmp_path: Path,
) -> None:
    path = tmp_path / "control.sock"
    mode = served(tmp_path, lambda: path.stat().st_mode)
    assert isinstance(mode, int)
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    assert not path.exists()


def test_what_a_dead_service_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "control.sock").write_text("")
    assert served(tmp_path, lambda: ask(tmp_path, "x", {})) == {"did": "x"}


def test_a_directory_with_a_long_name_is_reached(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 20) / ("name" * 20)
    folder.mkdir(parents=True)
    assert served(folder, lambda: ask(folder, "x", {})) == {"did": "x"}


@pytest.mark.parametrize("line", [b"", b"{}\n", b"not json\n", b'["list"]\n'])
def test_nonsense_harms_nobody(
    tmp_path: Path, line: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    def asking() -> object:
        with control._connect(tmp_path) as connection:
            connection.sendall(line)
            connection.shutdown(1)
            connection.recv(1000)
        return ask(tmp_path, "x", {})

    assert served(tmp_path, asking) == {"did": "x"}
    assert "control." in capsys.readouterr().out


def test_who_says_nothing_does_not_delay_the_end(tmp_path: Path) -> None:
    async def story() -> float:
        server = ControlServer(folder=tmp_path, execute=execute, told=(Refused,))
        await server.start()
        reader, writer = await asyncio.open_unix_connection(tmp_path / "control.sock")
        await asyncio.to_thread(ask, tmp_path, "x", {})  # who comes later is served
        before = time.monotonic()
        await server.stop()
        took = time.monotonic() - before
        assert await reader.read() == b""
        writer.close()
        return took

    assert asyncio.run(story()) < 1


async def ask_while_it_stops(folder: Path, seconds: float) -> tuple[bytes, float]:
    """Return what a command that takes so long hears, and how long stopping took."""
    begun = asyncio.Event()

    async def work(name: str, arguments: Json) -> Json:
        begun.set()
        await asyncio.sleep(seconds)
        return {"did": name, **arguments}

    server = ControlServer(folder=folder, execute=work, told=(Refused,))
    await server.start()
    reader, writer = await asyncio.open_unix_connection(folder / "control.sock")
    writer.write(b'{"command": "x", "arguments": {}}\n')
    await begun.wait()
    before = time.monotonic()
    await server.stop()
    took = time.monotonic() - before
    heard = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            heard = await reader.read()
    writer.close()
    return heard, took


def test_a_command_at_hand_is_answered_before_the_end(tmp_path: Path) -> None:
    heard, took = asyncio.run(ask_while_it_stops(tmp_path, 0.1))
    assert json.loads(heard) == {"ok": True, "result": {"did": "x"}}
    assert took < 1


def test_a_command_that_takes_long_does_not_delay_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard, took = asyncio.run(ask_while_it_stops(tmp_path, 60))
    assert heard == b""
    assert took < 1
    assert capsys.readouterr() == ("", "")


def test_nobody_who_answers_is_an_error_that_names_the_directory(
    tmp_path: Path,
) -> None:
    with pytest.raises(NotListening, match=str(tmp_path)):
        ask(tmp_path, "x", {})


def test_a_holder_that_never_answers_is_named(
    run: Run, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "PATIENCE", 0.1)
    with DataDirLock(desk.parent / "var"):
        ended = run("delivery", "cancel", "1")
    assert ended.code == 1
    assert f"process {os.getpid()} writes to" in ended.err


def test_a_command_waits_for_another_that_writes(run: Run, desk: Path) -> None:
    with ThreadPoolExecutor() as pool:
        with DataDirLock(desk.parent / "var"):
            waiting = pool.submit(run, "delivery", "cancel", "1")
            time.sleep(0.2)
            assert not waiting.done()
        assert "there is none" in waiting.result().err


def test_a_directory_is_held_by_one_and_says_by_whom(tmp_path: Path) -> None:
    with DataDirLock(tmp_path / "var"):
        with pytest.raises(Locked, match=f"process {os.getpid()} writes to"):
            DataDirLock(tmp_path / "var").__enter__()
        assert (tmp_path / "var/lock").stat().st_mode & 0o777 == 0o600
    with DataDirLock(tmp_path / "var"):
        pass


def test_a_command_goes_through_the_service_that_runs(run: Run, desk: Path) -> None:
    words = ("staff", "add", "--name", "B", "--telegram-id", "9", "--site", "NN")
    with DataDirLock(desk.parent / "var"):
        ended = served(desk.parent / "var", lambda: run(*words, "--json"))
    assert isinstance(ended, Ran)
    assert ended.code == 0
    assert json.loads(ended.out) == {
        "did": "staff add",
        "name": "B",
        "telegram_id": 9,
        "site": "NN",
        "role": "specialist",
        "email": None,
    }
