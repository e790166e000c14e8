"""The table of config.toml about the business process."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from app.settings.kinds import (
    Span,
)
from app.settings.table import Table
from tickets import process


class BusinessProcess(Table):
    """A ticket's stages, the ways between them, and who is told of what.

    ``confirmed`` are the stages that the bus must confirm, each with the time after
    which a confirmation is late.
    """

    stages: tuple[str, ...] = process.DEFAULT.stages
    transitions: dict[str, tuple[str, ...]] = Field(
        default={
            stage: tuple(
                other
                for other in process.DEFAULT.stages
                if process.DEFAULT.allows(stage, other)
            )
            for stage in process.DEFAULT.stages
        }
    )

    told: dict[str, dict[process.Reader, str]] = Field(default={})
    confirmed: dict[str, Span] = Field(default={})

    @property
    def notices(self) -> process.Told:
        """Return who is told of what: as written, else as by default."""
        return {**process.TOLD, **self.told}

    @model_validator(mode="after")
    def check_told(self) -> Self:
        for stage in sorted(self.told.keys() - {*self.stages, process.REOPENED}):
            raise ValueError(f"told names {stage!r}, which stages do not list")
        for stage, readers in self.told.items():
            for reader, notice in readers.items():
                if notice not in (there := process.NOTICES[reader]):
                    raise ValueError(
                        f"told.{stage}.{reader} = {notice!r} is no notice "
                        f"(there are: {', '.join(sorted(there))})"
                    )
        return self

    @model_validator(mode="after")
    def check_confirmed(self) -> Self:
        for stage in sorted(self.confirmed.keys() - set(self.stages)):
            raise ValueError(f"confirmed names {stage!r}, which stages do not list")
        for stage in process.BY_ITSELF & self.confirmed.keys():
            raise ValueError(
                f"confirmed.{stage}: the desk comes to this stage by itself when "
                "somebody writes, so nobody can be asked"
            )
        return self

    @model_validator(mode="after")
    def check_ways(self) -> Self:
        named = {
            *self.transitions,
            *(one for to in self.transitions.values() for one in to),
        }
        for stage in sorted(named - set(self.stages)):
            raise ValueError(f"transitions name {stage!r}, which stages do not list")
        for source, target in needed_ways(self.stages):
            if target not in self.transitions.get(source, ()):
                raise ValueError(
                    f"transitions.{source} must hold {target!r}: the desk goes that "
                    "way by itself when somebody writes"
                )
        return self


def needed_ways(stages: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the steps the desk takes by itself, whatever the process is."""
    by_itself = [
        (process.NEW, process.ASSIGNED),
        (process.WAITING, process.IN_PROGRESS),
        (process.RESOLVED, process.IN_PROGRESS),
        (process.CLOSED, process.IN_PROGRESS),
    ]
    still = {process.NEW, process.WAITING, process.RESOLVED, process.CLOSED}
    open_stages = dict.fromkeys(
        (process.ASSIGNED, process.IN_PROGRESS, *(set(stages) - still))
    )
    return by_itself + [(stage, process.WAITING) for stage in open_stages]
