"""``demo``: a morning at the desk in under a minute."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path | None,
    typer.Option(help="Where the desk is left for a look; else a scratch folder."),
]


def demo(*, folder: Folder = None) -> None:
    """Play a morning at the desk through the real protocols, and show what came."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from app.demo.chat import Forum
    from app.demo.desk import Desk
    from app.demo.morning import SCENES, Morning, play
    from app.demo.private import Phone
    from app.demo.report import tell

    place = folder or Path(tempfile.mkdtemp(prefix="zayavka-demo-"))
    console = Console()
    bars = (
        SpinnerColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Desk(place) as desk:
        morning = Morning(
            desk=desk,
            forum=Forum(desk),
            phone=Phone(desk=desk, user=3001, name="Дмитрий"),
        )
        with Progress(*bars, console=console) as progress:
            task = progress.add_task("The desk is open", total=len(SCENES) + 1)
            for title in play(morning):
                progress.update(task, description=title)
                progress.advance(task)
        tell(console, morning)
    console.print(f"\nLeft for a look: {place}", soft_wrap=True)
    console.print(f"  zayavka --config {place}/config.toml ticket list", soft_wrap=True)
