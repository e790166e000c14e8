"""Who counts as one client, as one network, and as one of us."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.door.origin import LOOPBACK, origin_of


@pytest.mark.parametrize(
    ("host", "address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.7/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_a_client_is_counted_under(host: str, address: str, network: str) -> None:
    origin = origin_of(host, ())
    assert (origin.address, origin.network) == (address, network)
    assert not origin.trusted


@pytest.mark.parametrize(
    ("host", "trusted"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.5", False),
        ("::2", False),
        ("unknown", False),
    ],
)
def test_our_own_machine_is_trusted(host: str, trusted: bool) -> None:
    assert origin_of(host, LOOPBACK).trusted == trusted


@given(st.ip_addresses())
def test_every_address_has_an_origin_and_is_trusted_in_its_own_network(
    address: object,
) -> None:
    origin = origin_of(str(address), ())
    assert origin_of(str(address), (ip_network(origin.network),)).trusted
