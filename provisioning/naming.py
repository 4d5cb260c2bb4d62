"""What everything is called: secrets, roles, functions, tags, labels.

Imports nothing but the standard library's regular expressions, so that the Pulumi program, the command line and a test
can share it without a credential, a network or an SDK. A name that two programs spell differently is a seller who
silently has no rotation; it is spelled here only.
"""

import re
from typing import Final

#: A seller's key in the fleet (design.md 2). Ends in a letter or digit, so a secret's name can never end in a hyphen.
SELLER_PATTERN: Final = r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"

#: The base stack's name: at most 20 characters, so that `sellerkeys.{base}.{seller}` fits IAM's 64 (aws.md 5.2).
BASE_PATTERN: Final = r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?"

#: A shard, as the roster names it; its stack is the base stack's name, a hyphen, and this (design.md 10).
SHARD_PATTERN: Final = r"s([0-9]{2}|[1-9][0-9]{2})"

_SHARD_STACK = re.compile(rf"(?P<base>.+)-(?P<shard>{SHARD_PATTERN})")

TAG_BASE: Final = "sellerkeys:base"
TAG_SELLER: Final = "sellerkeys:seller"
TAG_REGION: Final = "sellerkeys:region"
TAG_APPLICATION: Final = "sellerkeys:application"
#: On the secret of a seller whom the roster pauses, whatever its value: the functions know no roster.
TAG_PAUSED: Final = "sellerkeys:paused"


def is_seller(text: str) -> bool:
    """Say whether `text` can be a seller's slug."""
    return re.fullmatch(SELLER_PATTERN, text) is not None


def is_base(text: str) -> bool:
    """Say whether `text` can be a base stack's name; `dev-s00` is not, because it is a shard of `dev`."""
    return re.fullmatch(BASE_PATTERN, text) is not None and not _SHARD_STACK.fullmatch(text)


def is_shard(text: str) -> bool:
    """Say whether `text` names a shard, such as `s00`."""
    return re.fullmatch(SHARD_PATTERN, text) is not None


def shard_name(number: int) -> str:
    """Name a shard by its number, 0 to 999."""
    return f"s{number:02}"


def stack_name(base: str, shard: str) -> str:
    """Name a shard's stack; the base stack's own name for the empty shard."""
    return f"{base}-{shard}" if shard else base


def split_stack(stack: str) -> tuple[str, str]:
    """Split a stack's name into the base stack's and the shard, which is empty for the base stack itself."""
    found = _SHARD_STACK.fullmatch(stack)
    return (found["base"], found["shard"]) if found else (stack, "")


def app_secret_name(base: str) -> str:
    """Name the secret that holds the fleet's shared application."""
    return f"sellerkeys/{base}/app"


def seller_secret_name(base: str, seller: str) -> str:
    """Name a seller's secret; the fixed ending keeps AWS's "hyphen and six characters" rule away from the slug."""
    return f"{seller_secret_prefix(base)}{seller}/sp-api"


def seller_secret_prefix(base: str) -> str:
    """Name what all seller secrets of a fleet begin with, slash included."""
    return f"sellerkeys/{base}/sellers/"


def reader_role_name(base: str, seller: str) -> str:
    """Name the role that reads one seller's secret; dots, because `eu` + `prod-a` must differ from `eu-prod` + `a`."""
    return f"sellerkeys.{base}.{seller}"


def reader_role_path(base: str) -> str:
    """Name the IAM path of a fleet's reader roles."""
    return f"/sellerkeys/{base}/sellers/"


def reader_role_arn(account: str, base: str, seller: str) -> str:
    """Write the ARN of a seller's reader role."""
    return f"arn:aws:iam::{account}:role{reader_role_path(base)}{reader_role_name(base, seller)}"


def one_reader_role_name(base: str) -> str:
    """Name the one role that reads for every seller, by a tag on its session; no seller's own role begins like it."""
    return f"sellerkeys-reader.{base}"


def one_reader_role_arn(account: str, base: str) -> str:
    """Write the ARN of the one role that reads for every seller."""
    return f"arn:aws:iam::{account}:role{reader_role_path(base)}{one_reader_role_name(base)}"


def function_role_name(base: str, function: str) -> str:
    """Name the role a function runs under."""
    return f"sellerkeys-fn.{base}.{function}"


def function_name(base: str, function: str) -> str:
    """Name a function, such as `sellerkeys-dev-rotation`."""
    return f"sellerkeys-{base}-{function}"


def function_arn(region: str, account: str, base: str, function: str) -> str:
    """Write a function's ARN."""
    return f"arn:aws:lambda:{region}:{account}:function:{function_name(base, function)}"


def key_alias(base: str) -> str:
    """Name the alias of the key that encrypts a fleet's secrets."""
    return f"alias/sellerkeys-{base}"


def held_key_alias(base: str) -> str:
    """Name the alias of the key that encrypts what sellers handed over and a person has to look at first."""
    return f"alias/sellerkeys-{base}-held"


def identity_tags(base: str, seller: str, region: str, application: str) -> dict[str, str]:
    """List the static tags of a seller's secret; only the Pulumi program writes them."""
    return {TAG_BASE: base, TAG_SELLER: seller, TAG_REGION: region, TAG_APPLICATION: application}


#: The function that takes every seller's secret through the four steps.
ROTATION: Final = "rotation"

#: The function that looks at the whole fleet once a day, and the rule that runs it.
CALENDAR: Final = "calendar"

#: The function that renews the fleet's client secret.
CLIENT_SECRET: Final = "client-secret"  # noqa: S105 - a function's name

#: The function that a seller's page and Amazon's redirects reach.
CONSENT: Final = "consent"

#: The queues Amazon writes to: a client secret that expires soon, and a new one; each has a dead-letter queue.
NEW_SECRET: Final = "new-secret"  # noqa: S105 - a name, not a secret
EXPIRY: Final = "secret-expiry"

#: The AWS account by which Amazon writes to them (sp-api.md 5.3).
AMAZON_ACCOUNT: Final = "437568002678"

#: The rule that tells of rotations which AWS gave up.
ABANDONED: Final = "abandoned"

#: Who speaks on a fleet's bus, and of what: a consumer's rule asks for both.
EVENT_SOURCE: Final = "sellerkeys"
CHANGED_EVENT: Final = "Seller Credential Changed"
#: The variable that names the bus to the rotation function; without it nobody is told.
BUS_VARIABLE: Final = "SELLERKEYS_BUS"

#: What is watched for a change of policy or code that no deployer made, each by a rule.
CHANGES: Final = ("roles", "keys", "secrets", "functions", "queues")

#: The role that brings what CloudTrail tells of IAM into the fleet's region.
FORWARDS: Final = "iam-changes"


def changed(what: str) -> str:
    """Say what the rule on changes of such things is called in the fleet."""
    return f"changed-{what}"


def function_role_arn(account: str, base: str, function: str) -> str:
    """Write the ARN of the role a function runs under."""
    return f"arn:aws:iam::{account}:role/{function_role_name(base, function)}"


def secret_arn_pattern(region: str, account: str, name: str) -> str:
    """Write the ARNs a secret of this name can have: AWS adds a hyphen and six characters (aws.md 6.1)."""
    return f"arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????"


def log_group_name(base: str, function: str) -> str:
    """Name the log group Lambda writes a function's log to."""
    return f"/aws/lambda/{function_name(base, function)}"


def alarm_name(base: str, function: str, what: str) -> str:
    """Name an alarm on a function, such as `sellerkeys-dev-rotation-errors`."""
    return f"{function_name(base, function)}-{what}"


def rule_name(base: str, what: str) -> str:
    """Name a rule of EventBridge, such as `sellerkeys-dev-calendar`."""
    return f"sellerkeys-{base}-{what}"


def bus_name(base: str) -> str:
    """Name the event bus on which a fleet tells its consumers."""
    return f"sellerkeys-{base}"


def topic_name(base: str) -> str:
    """Name the topic over which a fleet's alarms reach people."""
    return f"sellerkeys-{base}-alarms"


def table_name(base: str) -> str:
    """Name the table that holds a fleet's locks, invitations and held credentials."""
    return f"sellerkeys-{base}"


def queue_name(base: str, what: str) -> str:
    """Name a queue, such as `sellerkeys-dev-new-secret`."""
    return f"sellerkeys-{base}-{what}"


def queue_arn(region: str, account: str, base: str, what: str) -> str:
    """Write a queue's ARN."""
    return f"arn:aws:sqs:{region}:{account}:{queue_name(base, what)}"


def dead(what: str) -> str:
    """Say what the dead-letter queue of a queue is for."""
    return f"{what}-dead"


def queues_key_alias(base: str) -> str:
    """Name the alias of the key that encrypts the queues Amazon writes to."""
    return f"{key_alias(base)}-queues"
