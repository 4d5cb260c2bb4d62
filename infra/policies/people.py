"""What onboarders and whoever is on call may do: to attach to their roles, each statement with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.policies.document import ANY, state_tags_only, through_secrets_manager
from infra.policies.reasoned import allow, deny
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document
    from infra.policies.reasoned import Reasoned

_READ_VALUE: Final = "secretsmanager:GetSecretValue"


def onboarder(place: Place) -> list[Reasoned]:
    """Say what an onboarder may do with the command line."""
    app, sellers = place.app_secret, place.seller_secrets
    unborn = [secret.removesuffix("-??????") for secret in (app, sellers)]
    through = through_secrets_manager(place, app, sellers)
    state = state_tags_only()
    return [
        allow(
            "ListSecrets",
            "`status` and `onboard` list the fleet a hundred sellers a page; AWS knows no resource here, and no value "
            "is told.",
            ["secretsmanager:ListSecrets"],
            [ANY],
        ),
        allow(
            "DescribeTheFleet",
            "Every command looks before it acts. Without AWS's six characters too: a secret that is not there yet may "
            'have none, and the answer has to be "not declared", not "denied".',
            ["secretsmanager:DescribeSecret"],
            [app, sellers, *unborn],
        ),
        allow(
            "ReadTheApplication",
            "A seller of the shared application is proven with it. No seller's value: GetSecretValue stands here only.",
            [_READ_VALUE],
            [app],
        ),
        allow(
            "PutFirstValuesAndOffers",
            "First values and offers are versions and labels; which of them becomes current, the functions decide.",
            ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
            [app, sellers],
        ),
        allow(
            "TurnRotationOn",
            "After a first value, and for each offer; only with the fleet's own function, which is always named.",
            ["secretsmanager:RotateSecret"],
            [sellers],
            {"ArnEquals": {"secretsmanager:RotationLambdaARN": place.rotation_function}},
        ),
        allow(
            "TakeOutAndBringBack",
            "`offboard` ends a rotation, `offboard --undo` brings a deleted secret back; deleting is the deployer's.",
            ["secretsmanager:CancelRotateSecret", "secretsmanager:RestoreSecret"],
            [sellers],
        ),
        allow(
            "RotateSecretAsksForIt",
            "Whoever calls RotateSecret needs to be allowed to invoke the rotation function (botocore, RotateSecret).",
            ["lambda:InvokeFunction"],
            [place.rotation_function],
        ),
        allow(
            "TagStateOnly",
            "Status, consent and proofs are state tags; identity tags are the deployer's.",
            ["secretsmanager:TagResource"],
            [app, sellers],
            state,
        ),
        allow(
            "SealAndOpenThroughSecretsManager",
            "Writing needs both (aws.md 6.2). The key opens for Secrets Manager alone: without GetSecretValue it gives "
            "no value.",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [place.keys],
            {**through, "StringEquals": {**through["StringEquals"], **_ours(place)}},
        ),
        *_application(place),
        *_invitations(place),
        deny(
            "NeverASellersValue",
            "Also where a broader policy is attached to the same role; values are read as the seller's reader.",
            [_READ_VALUE],
            [sellers],
        ),
    ]


def on_call(place: Place) -> list[Reasoned]:
    """Say what whoever is on call may do: what an onboarder may, and become any seller's reader."""
    lend = ["sts:AssumeRole", *(["sts:TagSession"] if place.isolation == "one-role" else [])]
    return [
        *onboarder(place),
        allow(
            "BecomeASellersReader",
            "`check`, `repair`, `rollback` and `approve` read values as the seller's reader, which CloudTrail records "
            "with the person, the seller and the command.",
            lend,
            [place.readers],
        ),
        allow(
            "TakeWhatWaitsInTheTable",
            "`approve` shows who waits, and takes what was approved out of the table.",
            ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
            [place.table],
            _items("held#*"),
        ),
        allow(
            "OpenWhatWaits",
            "What waits in the table is sealed under a key of its own; the key's policy names who opens.",
            ["kms:Decrypt"],
            [place.keys],
            {"StringEquals": {"kms:EncryptionContext:base": place.base, **_ours(place)}},
        ),
    ]


def _application(place: Place) -> list[Reasoned]:
    """`app rotate`, `app set` over an old one, and `app status`."""
    queues = [place.queue(what) for what in (naming.NEW_SECRET, naming.EXPIRY)]
    function = place.function(naming.CLIENT_SECRET)
    return [
        allow(
            "ClaimTheRequest",
            "Of two who ask Amazon for a new client secret, one may: the request is an item of the fleet's table.",
            ["dynamodb:GetItem", "dynamodb:PutItem"],
            [place.table],
            _items("request#*", "following"),
        ),
        allow(
            "LookAtTheAnswersWay",
            "Before asking, `app rotate` sees that Amazon's answer would arrive: the queues,",
            ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
            queues,
        ),
        allow(
            "LookAtTheQueuesKey",
            "and their key, known by the fleet's tag,",
            ["kms:DescribeKey", "kms:GetKeyPolicy"],
            [place.keys],
            {"StringEquals": _ours(place)},
        ),
        allow(
            "HandAnOfferOver",
            "and the function, which is also told to take up an offer or to go on.",
            ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
            [function],
        ),
        allow(
            "ListMappings",
            "Whether the queues are mapped to the function; AWS knows no resource here.",
            ["lambda:ListEventSourceMappings"],
            [ANY],
        ),
        allow(
            "LookUpReads",
            "`app status` tells who has not read the new client secret; CloudTrail knows no resource and no value.",
            ["cloudtrail:LookupEvents"],
            [ANY],
        ),
    ]


def _invitations(place: Place) -> list[Reasoned]:
    return [
        allow(
            "Invite",
            "`invite` writes the hash of a link; the link itself is nowhere but in the letter.",
            ["dynamodb:PutItem"],
            [place.table],
            _items("invitation#*"),
        ),
        allow(
            "TellTheAddress",
            "Without an address of your own, the link leads to the consent function's.",
            ["lambda:GetFunctionUrlConfig"],
            [place.function(naming.CONSENT)],
        ),
    ]


def _items(*keys: str) -> Document:
    # "For all values" is true of no value at all, hence the Null guard.
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def _ours(place: Place) -> dict[str, str]:
    return {f"aws:ResourceTag/{naming.TAG_BASE}": place.base}
