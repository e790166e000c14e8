"""What every table of config.toml is, and what their keys have in common."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

MEBIBYTE = 1024 * 1024
Language = Literal["ru", "en"]
Port = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=1)]
Rate = Annotated[int, Field(ge=0)]


class Table(BaseModel):
    """A table of the file: nothing unknown in it, and nothing changes it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )
    #: Keys that may also be given as KEY_file and are never shown.
    secrets: ClassVar[tuple[str, ...]] = ()
