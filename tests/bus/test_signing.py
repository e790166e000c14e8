from __future__ import annotations

import base64

import pytest
from standardwebhooks import Webhook as Verifier

from bus.signing import read_secret, signed

#: The example of the specification's own libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 # a published example
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_is_signed_as_published() -> None:
    made = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        at=1614265330,
        keys=[read_secret(SECRET)],
    )
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_each_of_several_secrets_signs() -> None:
    body = '{"text": "Принтер"}'.encode()
    secrets = [f"whsec_{base64.b64encode(one * 32).decode()}" for one in (b"n", b"f")]
    at = 1772442000
    keys = [read_secret(one) for one in secrets]
    signature = signed("id", body, at=at, keys=keys)["webhook-signature"]
    first, second = signature.split(" ")
    for secret, one in zip(secrets, (first, second), strict=True):
        alone = signed("id", body, at=at, keys=[read_secret(secret)])
        assert alone["webhook-signature"] == one
    assert first != second


def test_without_a_secret_nothing_is_signed() -> None:
    assert signed("id", b"", at=1, keys=[]) == {
        "webhook-id": "id",
        "webhook-timestamp": "1",
    }


@pytest.mark.parametrize(
    "text",
    [
        SECRET.removeprefix("whsec_"),
        "whsec_",
        "whsec_" + base64.b64encode(b"k" * 23).decode(),
        "whsec_" + base64.b64encode(b"k" * 65).decode(),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-",
        "whsec_тайнатайнатайнатайнатайнатайна",
        f" {SECRET}",
        "",
    ],
)
def test_what_is_no_secret_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError, match="must be whsec_ and") as caught:
        read_secret(text)
    assert len(text) < 8 or text[8:] not in str(caught.value)


@pytest.mark.parametrize("size", [24, 64])
def test_what_we_take_for_a_secret_others_do(size: int) -> None:
    text = f"whsec_{base64.b64encode(b'k' * size).decode()}"
    assert read_secret(text) == Verifier(text)._whsecret
