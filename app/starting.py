"""What keeps the service from starting, told by the key that must change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class CannotStart(Exception):  # noqa: N818 # a state of the machine
    """The machine does not give what the configuration asks for."""


@contextmanager
def asking_for(key: str, value: object) -> Iterator[None]:
    """Let what the system refuses meanwhile name the key that asked for it."""
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error)
        raise CannotStart(f"{key} = {value}: {said}") from error
