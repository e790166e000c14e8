"""The wheel runs by itself, from anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content and nothing else."""
    built = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603 # our own interpreter
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = built.glob("*.whl")
    installed = tmp_path_factory.mktemp("site")
    subprocess.run(  # noqa: S603 # our own interpreter
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--disable-pip-version-check", "--target", installed, wheel],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return installed


def run(site: Path, where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the wheel's own command line with the locked libraries."""
    libraries = sysconfig.get_paths()["purelib"]
    start = f"import sys; sys.path[:0] = [{str(site)!r}, {libraries!r}]; "
    return subprocess.run(  # noqa: S603 # our own interpreter
        [sys.executable, "-S", "-P", "-c", start + "from app.cli import main; main()",
         *arguments],
        cwd=where,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip


def test_it_runs_in_a_folder_that_holds_a_foreign_mail_and_bot(
    site: Path, tmp_path: Path
) -> None:
    for name in ("mail", "bot", "templates"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('foreign')\n")
    for command in (["db", "upgrade"], ["ticket", "list", "--json"], ["audit"]):
        done = run(site, tmp_path, *command)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "var" / "zayavka.db").exists()


def test_it_holds_the_product_and_no_tests(site: Path) -> None:
    packages = {path.name for path in site.iterdir() if path.is_dir()}
    ours = {name for name in packages if not name.endswith((".dist-info", "bin"))}
    assert ours == {
        "app", "bot", "bus", "mail", "sandbox",
        "scheduler", "storage", "templates", "tickets",
    }  # fmt: skip


@pytest.mark.parametrize(
    "resource",
    [
        "templates/locale/ru/LC_MESSAGES/zayavka.po",
        "templates/mail/accepted/body.html",
        "storage/migrations/versions/0001_the_tables.py",
        "storage/migrations/env.py",
        "bus/schemas/envelope.json",
        "sandbox/page/page.html",
    ],
)
def test_it_carries_its_resources(site: Path, resource: str) -> None:
    assert (site / resource).is_file()
