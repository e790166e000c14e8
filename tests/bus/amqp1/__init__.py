"""Tests that need the extra amqp1, without which they skip, or fail in CI."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

if find_spec("proton") is None:
    words = "no proton: sh tools/amqp1.sh .venv/bin/python"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words, allow_module_level=True)
