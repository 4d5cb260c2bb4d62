"""Seal a text for one seller under a KMS key: the one module that knows boto3's shapes of KMS.

The seller and the fleet are the encryption context, so a sealed text opens for its own seller only, and CloudTrail
names him at every opening. Needs botocore and the standard library only: this module ships in a function's zip.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from provisioning.errors import SellerkeysError
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

#: The names in the encryption context, by which a policy can tell fleets apart.
BASE: Final = "base"
SELLER: Final = "seller"


class Sealer:
    """Seals and opens for the sellers of one fleet; `key` is the key's ARN or alias; raises AccessDenied, Unreachable.

    The consent function may seal and not open, whoever approves may open.
    """

    def __init__(self, client: KMSClient, base: str, key: str) -> None:
        self._client = client
        self._base = base
        self._key = key

    def seal(self, seller: str, text: str) -> str:
        """Encrypt up to 4 KB; what comes out is ASCII."""
        with aws_errors("Encrypt", f"key {self._key}"):
            answer = self._client.encrypt(
                KeyId=self._key, Plaintext=text.encode(), EncryptionContext=self._context(seller)
            )
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def open(self, seller: str, sealed: str) -> str:
        """Decrypt what was sealed for this seller; raises SellerkeysError for anything else."""
        unusable = SellerkeysError(f"what is held for {seller} was not sealed for it, and is not used: invite it again")
        try:
            blob = base64.b64decode(sealed, validate=True)
        except binascii.Error:
            raise unusable from None
        with aws_errors("Decrypt", f"key {self._key}"):
            try:
                answer = self._client.decrypt(
                    KeyId=self._key, CiphertextBlob=blob, EncryptionContext=self._context(seller)
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in {
                    "InvalidCiphertextException",
                    "IncorrectKeyException",
                }:
                    raise unusable from None
                raise
        return answer["Plaintext"].decode()

    def _context(self, seller: str) -> dict[str, str]:
        return {BASE: self._base, SELLER: seller}
