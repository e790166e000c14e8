"""What the configuration says, as the rules ask for it."""

from __future__ import annotations

import pytest

from tests.desks import rules


def test_a_site_is_found_by_its_code_and_a_former_one_is_named() -> None:
    assert rules().site("NN").name == "Nizhny Novgorod"
    with pytest.raises(LookupError, match="'KZ' is not in the configuration"):
        rules().site("KZ")


@pytest.mark.parametrize(
    ("recipient", "taken"),
    [
        ("postmaster", True),
        ("Postmaster@Example.org", True),
        ("postmaster@elsewhere.example", False),
        ("root", False),
        ("root@example.org", False),
        ("support@example.org", True),
    ],
)
def test_what_is_for_the_postmaster_comes_in(recipient: str, *, taken: bool) -> None:
    desk = rules(address="support@example.org", sites=())
    assert desk.takes(recipient) is taken
    assert not desk.is_own("postmaster@example.org")  # who writes so is no copy of us
