"""What the address of an HTTP receiver may look like."""

from __future__ import annotations

import pytest

from bus.publishers import publisher_from
from bus.receiver import read_receiver

SECRET = "hush"  # noqa: S105 # for tests alone


@pytest.mark.parametrize(
    ("url", "posted", "login"),
    [
        ("https://bus.example", "https://bus.example:443/", ("", "")),
        ("http://bus.example:81/in", "http://bus.example:81/in", ("", "")),
        ("https://h/a%20b?k=1&l=", "https://h:443/a%20b?k=1&l=", ("", "")),
        ("https://desk:hu%40sh@h/in", "https://h:443/in", ("desk", "hu@sh")),
        ("https://desk@h/in", "https://h:443/in", ("desk", "")),
        ("https://[::1]:8443/in", "https://[::1]:8443/in", ("", "")),
        ("https://шина.example/in", "https://xn--80app6b.example:443/in", ("", "")),
    ],
)
def test_an_address_is_read(url: str, posted: str, login: tuple[str, str]) -> None:
    receiver = read_receiver(url)
    assert receiver.url == posted
    assert (receiver.user, receiver.password) == login


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"https://desk:{SECRET}", "the port must be"),
        (f"https://desk:{SECRET}/x@h/in", "the port must be"),
        (f"https://:{SECRET}@h/in", "the user is missing"),
        (f"https://h/in#{SECRET}", "nothing may follow a #"),
        (f"https://h/in?k={SECRET}@x", "write @"),
        ("https://h/@team", "write @"),
        ("https://h/a b", "write spaces"),
        ("https://h/a\x1bb", "write spaces"),
        ("https:///in", "the host is missing"),
        ("https://h:0/in", "the port must be"),
        ("https://h..h_%/in", "the host is no host name"),
        ("ftp://h/in", "scheme 'ftp' is none of http, https"),
    ],
)
def test_what_is_wrong_is_named_and_no_password_shown(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        read_receiver(url)
    assert SECRET not in str(caught.value)


def test_a_receiver_does_not_show_what_may_be_secret() -> None:
    receiver = read_receiver(f"https://desk:{SECRET}@h/in?token={SECRET}")
    assert SECRET not in repr(receiver)


def test_a_wrong_secret_or_address_is_refused_when_it_is_chosen() -> None:
    with pytest.raises(ValueError, match=r"bus\.url: the host is missing"):
        publisher_from("https:///in")
    with pytest.raises(ValueError, match="must be whsec_"):
        publisher_from("https://h/in", secrets=["whsec_x"])
