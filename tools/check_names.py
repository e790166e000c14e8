"""Fail if a locked dependency installs a top-level package with one of our names."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

OURS = {
    "app", "bot", "bus", "mail", "sandbox",
    "scheduler", "storage", "templates", "tickets",
}  # fmt: skip


def owners(lock: Path) -> dict[str, str]:
    """Return our names that an installed, locked distribution owns too."""
    found: dict[str, str] = {}
    for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(), re.MULTILINE):
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            continue
        for top in {file.parts[0].removesuffix(".py") for file in files} & OURS:
            found[top] = name
    return found


def main() -> int:
    taken = owners(Path(sys.argv[1]))
    for ours, theirs in sorted(taken.items()):
        sys.stderr.write(
            f"{theirs} installs a top-level {ours!r}: it would hide ours\n"
        )
    return 1 if taken else 0


if __name__ == "__main__":
    raise SystemExit(main())
