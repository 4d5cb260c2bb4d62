"""What AWS limits and charges, each number with where it was read and how far that can be trusted (aws.md 5).

Imports nothing but the standard library, so that the program, the command line and a test ask the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """How far a number can be trusted."""

    CONFIRMED = "confirmed"
    MEASURED = "measured"
    INFERENCE = "inference"
    SECOND_HAND = "second-hand"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Fact:
    """A number and its source."""

    number: int
    source: str
    status: Status = Status.CONFIRMED


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit of AWS's, and whether AWS gives more on request; `most` is how much, None where no source tells."""

    what: str
    default: Fact
    adjustable: bool = False
    most: Fact | None = None


_IAM_GUIDE: Final = "IAM user guide, 2023"
_LIMITS: Final = "Secrets Manager user guide, quotas"
_KMS_GUIDE: Final = "KMS developer guide, 2023"
_PRICES: Final = "Secrets Manager pricing page, 2026-09"

ROLES: Final = Quota(
    "IAM roles in the account",
    Fact(1_000, _IAM_GUIDE),
    adjustable=True,
    most=Fact(10_000, "a blog of 2026; the IAM user guide of 2023 said 5,000", Status.SECOND_HAND),
)
TRUST_POLICY: Final = Quota(
    "characters in a role's trust policy",
    Fact(2_048, _IAM_GUIDE),
    adjustable=True,
    most=Fact(8_192, "a blog of 2026; the IAM user guide of 2023 said 4,096", Status.SECOND_HAND),
)
SECRETS: Final = Quota("secrets in the account and region", Fact(500_000, "no source found", Status.UNCONFIRMED))
READS: Final = Quota("GetSecretValue calls a second", Fact(10_000, "AWS What's New, 2025-03"))
#: PutSecretValue, UpdateSecret, UpdateSecretVersionStage and replication, all together.
WRITES: Final = Quota("writes to Secrets Manager a second", Fact(50, _LIMITS))
ROTATION_STARTS: Final = Quota("RotateSecret calls a second", Fact(50, _LIMITS))
TAGGINGS: Final = Quota("TagResource calls a second", Fact(50, _LIMITS))
CREATIONS: Final = Quota("CreateSecret calls a second", Fact(50, "no source found", Status.UNCONFIRMED))
CONCURRENCY: Final = Quota(
    "Lambda invocations at the same time", Fact(1_000, "Lambda developer guide, 2023"), adjustable=True
)

_KMS_WHAT: Final = "KMS cryptographic calls a second"
_KMS_USUAL: Final = Quota(_KMS_WHAT, Fact(10_000, _KMS_GUIDE), adjustable=True)
_KMS_LARGE: Final = Quota(_KMS_WHAT, Fact(20_000, _KMS_GUIDE), adjustable=True)
_KMS_LARGEST: Final = Quota(_KMS_WHAT, Fact(100_000, "no source found", Status.UNCONFIRMED), adjustable=True)
_KMS_BY_REGION: Final = {
    "us-east-2": _KMS_LARGE,
    "ap-southeast-1": _KMS_LARGE,
    "ap-southeast-2": _KMS_LARGE,
    "ap-northeast-1": _KMS_LARGE,
    "eu-central-1": _KMS_LARGE,
    "eu-west-2": _KMS_LARGE,
    "us-east-1": _KMS_LARGEST,
    "us-west-2": _KMS_LARGEST,
    "eu-west-1": _KMS_LARGEST,
}


@dataclass(frozen=True, slots=True)
class Price:
    """What one thing costs, as AWS says it; `fact` holds millionths of a dollar."""

    words: str
    fact: Fact


_THIRD: Final = "a third party's page"
SECRET_MONTH: Final = Price("$0.40 a secret and month", Fact(400_000, _PRICES))
SECRET_CALL: Final = Price("$0.05 for 10,000 calls of Secrets Manager", Fact(5, _PRICES))
KEY_MONTH: Final = Price("$1 a key and month", Fact(1_000_000, _THIRD, Status.SECOND_HAND))
KEY_CALL: Final = Price("$0.03 for 10,000 calls of KMS after 20,000 free ones", Fact(3, _THIRD, Status.SECOND_HAND))
KEY_CALLS_FREE: Final = 20_000

#: What one rotation asks of Secrets Manager; and of KMS: a Decrypt for each of the 6 values read, a Decrypt and a
#: GenerateDataKey for the one written (aws.md 6.2).
CALLS_A_ROTATION: Final = Fact(12, "`make bench`", Status.MEASURED)
KEY_CALLS_A_ROTATION: Final = Fact(8, "6 values read, one written", Status.INFERENCE)


def kms(region: str) -> Quota:
    """Tell the limit of KMS in a region."""
    return _KMS_BY_REGION.get(region, _KMS_USUAL)
