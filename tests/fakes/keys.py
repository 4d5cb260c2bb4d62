"""A strict KMS in memory: opens only what it sealed, and only with the same encryption context."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError


class FakeKms:
    """Answers like a boto3 client; `calls` lists what was asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._sealed: list[tuple[str, bytes]] = []

    def encrypt(self, *, KeyId: str, Plaintext: bytes, EncryptionContext: dict[str, str]) -> dict[str, Any]:
        self.calls.append("Encrypt")
        assert KeyId
        assert len(Plaintext) <= 4096, "KMS encrypts up to 4 KB"
        self._sealed.append((json.dumps(EncryptionContext, sort_keys=True), Plaintext))
        return {"CiphertextBlob": b"sealed %d" % (len(self._sealed) - 1)}

    def decrypt(self, *, KeyId: str, CiphertextBlob: bytes, EncryptionContext: dict[str, str]) -> dict[str, Any]:
        self.calls.append("Decrypt")
        assert KeyId
        kind, _, number = CiphertextBlob.partition(b" ")
        if kind == b"sealed" and number.isdigit() and int(number) < len(self._sealed):
            context, text = self._sealed[int(number)]
            if context == json.dumps(EncryptionContext, sort_keys=True):
                return {"Plaintext": text}
        raise ClientError(
            {"Error": {"Code": "InvalidCiphertextException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "Decrypt"
        )
