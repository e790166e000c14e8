"""A renewed certificate is used without a restart, and a broken one is not."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from structlog.testing import capture_logs

from mail.door.certificate import Certificate
from tests.mail.keeping import client_of, open_door, run
from tests.mail.sink import CERTIFICATE

RENEWED = CERTIFICATE.with_name("renewed.pem")


def put(source: Path | bytes, target: Path) -> None:
    """Exchange a file as certbot does: another one takes its name."""
    new = target.with_suffix(".new")
    new.write_bytes(source if isinstance(source, bytes) else source.read_bytes())
    new.rename(target)


def trusting(path: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(path))


async def handshake(port: int, context: ssl.SSLContext) -> None:
    """Go on under TLS; ssl.SSLError if the certificate is another one."""
    async with client_of(port) as client:
        await client.ask("EHLO client.example")
        await client.ask("STARTTLS")
        await client.writer.start_tls(context, server_hostname="localhost")
        assert (await client.ask("EHLO client.example")).startswith("250")


def test_a_renewed_certificate_is_used_at_the_next_handshake(tmp_path: Path) -> None:
    path = tmp_path / "cert.pem"
    shutil.copy(CERTIFICATE, path)

    async def main() -> None:
        certificate = Certificate(cert=path, key=None)
        async with open_door(tls=certificate) as door:
            await handshake(door.port, trusting(CERTIFICATE))
            put(RENEWED, path)
            await handshake(door.port, trusting(RENEWED))
            with pytest.raises(ssl.SSLError):
                await handshake(door.port, trusting(CERTIFICATE))

    with capture_logs() as logs:
        run(main())
    assert logs[0] == {
        "event": "smtp.certificate_read",
        "path": str(path),
        "log_level": "info",
    }


@pytest.mark.parametrize("broken", [b"", b"no certificate\n", None])
def test_a_broken_one_leaves_the_former_in_use_and_is_told_once(
    broken: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "cert.pem"
    shutil.copy(CERTIFICATE, path)
    certificate = Certificate(cert=path, key=None)
    former = certificate.context()
    with capture_logs() as logs:
        if broken is None:
            path.unlink()
        else:
            put(broken, path)
        assert certificate.context() is former
        assert certificate.context() is former
        assert certificate.problem
        assert [log["event"] for log in logs] == ["smtp.certificate_not_read"]
        put(RENEWED, path)
        assert certificate.context() is not former
        assert certificate.problem is None


def test_a_key_that_comes_after_its_certificate_is_waited_for(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    shutil.copy(CERTIFICATE, cert)
    shutil.copy(CERTIFICATE, key)
    certificate = Certificate(cert=cert, key=key)
    former = certificate.context()
    with capture_logs():
        put(RENEWED, cert)
        assert certificate.context() is former
        put(RENEWED, key)
        assert certificate.context() is not former


def test_there_must_be_one_at_first(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Certificate(cert=tmp_path / "none", key=None)


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(
    tmp_path: Path,
) -> None:
    """OpenSSL asks on the terminal of the process, and all else would wait."""
    pem = load_pem_private_key(CERTIFICATE.read_bytes(), password=None)
    sealed = pem.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    key = tmp_path / "key.pem"
    key.write_bytes(sealed)
    with pytest.raises(OSError, match="its own key without a password"):
        Certificate(cert=CERTIFICATE, key=key)


def test_one_that_was_away_and_is_back_is_no_problem_any_more(tmp_path: Path) -> None:
    path, aside = tmp_path / "cert.pem", tmp_path / "aside.pem"
    shutil.copy(CERTIFICATE, path)
    certificate = Certificate(cert=path, key=None)
    with capture_logs():
        path.rename(aside)
        certificate.context()
        assert certificate.problem
        aside.rename(path)
        certificate.context()
    assert certificate.problem is None


def test_old_protocols_are_not_spoken() -> None:
    context = Certificate(cert=CERTIFICATE, key=None).context()
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
