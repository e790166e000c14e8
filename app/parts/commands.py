"""What takes commands from a target of the bus."""

from __future__ import annotations

from app.intake import CommandKeeper, Intake
from app.parts.kit import now
from app.reading import command_schemas
from app.settings import tables
from bus.consumers import consumer_from
from bus.door import CommandDoor


def make_command_door(target: tables.Bus, intake: Intake) -> CommandDoor:
    """Return what takes commands from where a target says that they are."""
    if target.commands is None:
        raise ValueError("bus.commands is not set")
    return CommandDoor(
        consumer_from(
            target.url.get_secret_value(), target.commands, ca_file=target.ca_file
        ),
        CommandKeeper(intake=intake, clock=now, target=target.name),
        target=target.name,
        schemas=command_schemas(),
    )
