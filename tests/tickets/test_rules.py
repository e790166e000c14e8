"""What the configuration says, as the rules ask for it."""

from __future__ import annotations

import pytest

from tests.desks import rules


def test_a_site_is_found_by_its_code_and_a_former_one_is_named() -> None:
    assert rules().site("NN").name == "Nizhny Novgorod"
    with pytest.raises(LookupError, match="'KZ' is not in the configuration"):
        rules().site("KZ")
