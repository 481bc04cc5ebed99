"""Signatures as Standard Webhooks defines them (https://www.standardwebhooks.com), HMAC-SHA256."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

# Which version of the contract in docs/receivers.md this is. 1 signed a reading's path, and named nobody.
CONTRACT = 2
ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
# What is read, signed in the place of the body that a GET doesn't have.
READ_HEADER = "evenhand-read"


def sign(secret: str, message_id: str, timestamp: int, content: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<content>`.

    Args:
        secret: either `whsec_` and the base64 of the key, as the standard writes it, or the key as plain text.
        message_id: the same for every attempt to send one message.
        timestamp: seconds since 1970, when this attempt was made.
        content: the body as sent; for a GET, which has none, what its header `evenhand-read` says.

    Raises:
        ValueError: what follows `whsec_` isn't base64.
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), content))
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret starts with whsec_, but what follows isn't base64") from error
