"""A desk in memory for who needs nothing special."""

from __future__ import annotations

import pytest

from tests.tickets.play import Play


@pytest.fixture
def play() -> Play:
    return Play()
