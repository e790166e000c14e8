"""The doors of a whole service: SMTP, LMTP, or both, over one configuration."""

from __future__ import annotations

import asyncio
import resource
import smtplib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from app.config import load
from app.parts import doors
from app.service import Service
from tests.mail.sink import CERTIFICATE, client_tls

MAIL = "From: ivan@partner.example\r\nSubject: x\r\nMessage-ID: <%s@x>\r\n\r\nbody\r\n"
TLS = f'tls_cert = "{CERTIFICATE}"\ntls_key = "{CERTIFICATE}"\n'
PORTS = "[http]\nport = 0\n[mail.smtp]\nport = 0\n"


def serve(desk: Path, more: str, act: Callable[[dict[str, int]], None]) -> list[str]:
    """Run a desk's doors for an act; return the channels of what was kept."""
    desk.write_text(desk.read_text() + PORTS + more)

    async def scene() -> list[str]:
        async with Service(config=load(desk), roles=("intake", "http")) as service:
            await asyncio.to_thread(act, service.ports())
            query = "SELECT channel FROM arrival ORDER BY id"
            return service.kit.store.read(
                lambda tx: [row.channel for row in tx.connection.exec_driver_sql(query)]
            )

    return asyncio.run(scene())


def by_smtp(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.sendmail("ivan@partner.example", ["support@example.org"], MAIL % "1")


def by_lmtp(port: int) -> None:
    with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
        client.sendmail("ivan@partner.example", ["support@example.org"], MAIL % "2")


def test_both_doors_are_open_at_once_and_each_counts_its_own(desk: Path) -> None:
    def act(ports: dict[str, int]) -> None:
        assert set(ports) == {"smtp", "lmtp", "http"}
        by_smtp(ports["smtp"])
        by_lmtp(ports["lmtp"])
        figures = httpx.get(f"http://127.0.0.1:{ports['http']}/metrics").text
        assert "zayavka_smtp_kept_total 2.0" in figures
        ready = httpx.get(f"http://127.0.0.1:{ports['http']}/readyz").json()["parts"]
        assert ready["smtp"]["detail"].endswith(" 1 kept")
        assert ready["lmtp"]["detail"].endswith(" 1 kept")

    assert serve(desk, "lmtp_port = 0\n", act) == ["smtp", "lmtp"]


def test_a_door_that_has_no_room_is_not_ready(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "DISK_RESERVE", 2**62)

    def act(ports: dict[str, int]) -> None:
        with pytest.raises(smtplib.SMTPSenderRefused, match="452"):
            by_smtp(ports["smtp"])
        ready = httpx.get(f"http://127.0.0.1:{ports['http']}/readyz")
        assert ready.status_code == 503
        assert ready.json()["parts"]["smtp"]["detail"].startswith("takes no mail")

    assert serve(desk, "", act) == []


def test_a_full_door_says_what_it_refuses_and_counts_it_by_reason(desk: Path) -> None:
    def act(ports: dict[str, int]) -> None:
        web = f"http://127.0.0.1:{ports['http']}"
        with ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(smtplib.SMTP("127.0.0.1", ports["smtp"]))
            with pytest.raises(smtplib.SMTPConnectError, match="421"):
                smtplib.SMTP("127.0.0.1", ports["smtp"])
            ready = httpx.get(f"{web}/readyz")
            detail = ready.json()["parts"]["smtp"]["detail"]
            assert ready.status_code == 503
            assert detail.startswith("turns connections away, 2 of 2 are open; crowded")
            figures = httpx.get(f"{web}/metrics").text
        counted = 'zayavka_smtp_refused_total{code="421",reason="crowded"} 1.0'
        assert counted in figures
        assert "zayavka_smtp_connections 2.0" in figures
        assert "zayavka_smtp_crowded 1.0" in figures

    assert serve(desk, "max_connections = 2\n", act) == []


def test_strangers_are_limited_and_trusted_networks_are_not(desk: Path) -> None:
    limits = "mails_a_minute = 1\ntls_required = true\n" + TLS

    def act(ports: dict[str, int]) -> None:
        for number in range(3):
            send(ports["smtp"], f"a{number}", at="127.0.0.7")
        with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
            send(ports["smtp"], "b", at="127.0.0.8")
        send(ports["smtp"], "c", at="127.0.0.8", tls=True)
        with pytest.raises(smtplib.SMTPSenderRefused, match="450"):
            send(ports["smtp"], "d", at="127.0.0.8", tls=True)

    kept = serve(desk, limits + 'trusted = ["127.0.0.7"]\n', act)
    assert kept == ["smtp"] * 4


def send(port: int, key: str, *, at: str, tls: bool = False) -> None:
    """Send a mail from one of this machine's addresses."""
    with smtplib.SMTP("localhost", port, timeout=10, source_address=(at, 0)) as client:
        if tls:
            client.starttls(context=client_tls())
        client.sendmail("ivan@partner.example", ["support@example.org"], MAIL % key)


def test_the_process_takes_the_files_that_its_connections_need(desk: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    try:
        serve(desk, "max_connections = 2000\n", lambda _: None)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 2000 + doors.SPARE_FILES
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_only_door_may_speak_lmtp(desk: Path) -> None:
    def act(ports: dict[str, int]) -> None:
        assert set(ports) == {"lmtp", "http"}
        by_lmtp(ports["lmtp"])

    assert serve(desk, "lmtp = true\n", act) == ["lmtp"]


def test_without_a_word_of_it_there_is_no_lmtp(desk: Path) -> None:
    def act(ports: dict[str, int]) -> None:
        assert set(ports) == {"smtp", "http"}

    assert serve(desk, "", act) == []
