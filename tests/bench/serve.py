"""A process of the desk as it is in earnest, with the roles that it is told.

``python -m tests.bench.serve CONFIG ROLE …`` prints the door's port (or 0) when it
is up, and stops when its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from app import logs
from app.config import load
from app.service import Service


async def serve(config: Path, roles: tuple[str, ...]) -> None:
    async with Service(config=load(config), roles=roles) as service:
        port = service.ports().get("smtp", 0)
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    config = Path(sys.argv[1])
    with config.with_name("serve.log").open("a") as log:  # the port alone is printed
        logs.set_up(stream=log)
        uvloop.run(serve(config, tuple(sys.argv[2:])))


if __name__ == "__main__":
    main()
