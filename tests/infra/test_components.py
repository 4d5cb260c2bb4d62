"""What each component asks of AWS, argument by argument."""

import json
from dataclasses import replace

import pytest

from infra.alarm_topic import AlarmTopic, AlarmTopicArgs
from infra.app_secret import AppSecret, AppSecretArgs
from infra.configuration import PROJECT
from infra.encryption_key import EncryptionKey, EncryptionKeyArgs
from infra.fleet_table import EXPIRY, FleetTable, FleetTableArgs
from infra.fleet_table import KEY as TABLE_KEY
from infra.one_reader import OneReader, OneReaderArgs
from infra.place import Place
from infra.policies.application import app_secret_policy
from infra.policies.document import lambda_only
from infra.policies.key import key_policy
from infra.policies.rotation import rotation_policy
from infra.policies.sellers import (
    one_reader_policy,
    one_reader_trust,
    reader_policy,
    reader_trust,
    seller_secret_policy,
)
from infra.policies.topic import topic_policy
from infra.rotation_function import APP_VARIABLE, HANDLER, RotationFunction, RotationFunctionArgs
from infra.seller_secret import SellerSecret, SellerSecretArgs
from provisioning import naming
from provisioning.profiles import profiles_from
from provisioning.reminder import Template
from provisioning.roster import Row
from tests.fakes.engine import Declaration, declare

KEY = "arn:aws:kms:eu-west-1:123456789012:key/PLACEHOLDER"
ERP = "arn:aws:iam::123456789012:role/erp"
ON_CALL = "arn:aws:iam::123456789012:role/on-call"


@pytest.fixture
def seller(place: Place) -> Declaration:
    """A seller with an application of its own."""
    row = Row(seller="berlin", account_name="Berliner Bücher", application="own", region="EU", marketplaces="DE")
    args = SellerSecretArgs(place=place, row=row, key_arn=KEY)
    return declare(lambda: SellerSecret("berlin", args))


@pytest.fixture
def rotation(place: Place) -> Declaration:
    """The rotation function, with some zip for its code."""
    args = RotationFunctionArgs(
        place=place, code=PROJECT / "rotation.zip", key_arn=KEY, app_secret_arn="arn:app", alarm_topic_arn="arn:alarms"
    )
    return declare(lambda: RotationFunction("rotation", args))


def test_a_sellers_secret_is_empty_closed_and_labelled(seller: Declaration, place: Place) -> None:
    """Its identity tags are what the command line and the functions know it by."""
    secret = seller.one("aws:secretsmanager/secret:Secret")

    assert {**secret.inputs, "policy": secret.document("policy")} == {
        "name": "sellerkeys/prod/sellers/berlin/sp-api",
        "description": "SP-API credential of Berliner Bücher.",
        "kmsKeyId": KEY,
        "policy": seller_secret_policy(place, "berlin", "own"),
        "recoveryWindowInDays": 30,
        "tags": {
            "sellerkeys:base": "prod",
            "sellerkeys:seller": "berlin",
            "sellerkeys:region": "EU",
            "sellerkeys:application": "own",
        },
    }


def test_a_paused_sellers_secret_says_so(place: Place) -> None:
    """The functions read no roster; his role stays as it is, so that a pause changes one tag and nothing else."""
    row = Row(seller="berlin", region="EU", marketplaces="DE", status="paused")
    declared = declare(lambda: SellerSecret("berlin", SellerSecretArgs(place=place, row=row, key_arn=KEY)))
    tags = naming.identity_tags("prod", "berlin", "EU", "shared")

    assert declared.one("aws:secretsmanager/secret:Secret").inputs["tags"] == tags | {"sellerkeys:paused": "yes"}
    assert declared.one("aws:iam/role:Role").inputs["tags"] == tags


def test_a_sellers_reader_is_a_role_with_one_policy(seller: Declaration, place: Place) -> None:
    """Its description holds to the letters IAM takes; an account's name may have others."""
    role, policy = seller.one("aws:iam/role:Role"), seller.one("aws:iam/rolePolicy:RolePolicy")

    assert {**role.inputs, "assumeRolePolicy": role.document("assumeRolePolicy")} == {
        "name": "sellerkeys.prod.berlin",
        "path": "/sellerkeys/prod/sellers/",
        "description": "Reads the SP-API credential of the seller berlin, and nothing else.",
        "assumeRolePolicy": reader_trust([ERP, ON_CALL]),
        "tags": seller.one("aws:secretsmanager/secret:Secret").inputs["tags"],
    }
    assert {**policy.inputs, "policy": policy.document("policy")} == {
        "name": "read-its-secret",
        "role": "sellerkeys.prod.berlin",
        "policy": reader_policy(place, "berlin", KEY),
    }


def test_under_one_role_a_seller_is_one_secret(place: Place) -> None:
    """And the fleet has one role more, whose tag names no seller."""
    one = replace(place, isolation="one-role")
    row = Row(seller="berlin", region="EU", marketplaces="DE")
    seller = declare(lambda: SellerSecret("berlin", SellerSecretArgs(place=one, row=row, key_arn=KEY)))
    reader = declare(lambda: OneReader("reader", OneReaderArgs(place=one, key_arn=KEY)))
    role, policy = reader.one("aws:iam/role:Role"), reader.one("aws:iam/rolePolicy:RolePolicy")

    assert [resource.type for resource in seller.resources] == [
        "sellerkeys:index:SellerSecret",
        "aws:secretsmanager/secret:Secret",
    ]
    assert {**role.inputs, "assumeRolePolicy": role.document("assumeRolePolicy")} == {
        "name": "sellerkeys-reader.prod",
        "path": "/sellerkeys/prod/sellers/",
        "description": "Reads the SP-API credential of the seller that its session names, and nothing else.",
        "assumeRolePolicy": one_reader_trust([ERP, ON_CALL]),
        "tags": {"sellerkeys:base": "prod"},
    }
    assert {**policy.inputs, "policy": policy.document("policy")} == {
        "name": "read-the-sessions-secret",
        "role": "sellerkeys-reader.prod",
        "policy": one_reader_policy(one, KEY),
    }


def test_the_function_runs_the_zip_with_nothing_secret_in_its_environment(rotation: Declaration) -> None:
    """Only where to find the shared application."""
    inputs = dict(rotation.one("aws:lambda/function:Function").inputs)

    assert inputs.pop("code").path == str(PROJECT / "rotation.zip")
    assert inputs == {
        "name": "sellerkeys-prod-rotation",
        "description": "Proves, recomposes and rotates the SP-API credentials of the fleet prod.",
        "role": "arn:aws:iam/role:Role:rotation",
        "handler": HANDLER,
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "memorySize": 512,
        "timeout": 120,
        "environment": {"variables": {APP_VARIABLE: "arn:app"}},
        "tags": {"sellerkeys:base": "prod"},
    }


def test_the_function_knows_the_template_of_reminders(place: Place) -> None:
    """Where the configuration wants sellers reminded; the function reads that very variable."""
    args = RotationFunctionArgs(
        place=place,
        code=PROJECT / "rotation.zip",
        key_arn=KEY,
        app_secret_arn="arn:app",
        alarm_topic_arn="arn:alarms",
        reminders=Template("REVOCATION_REMINDER", "day"),
    )
    rotation = declare(lambda: RotationFunction("rotation", args))

    variables = rotation.one("aws:lambda/function:Function").inputs["environment"]["variables"]
    assert Template.from_json(variables["SELLERKEYS_REMINDERS"]) == Template("REVOCATION_REMINDER", "day")


def test_the_functions_know_the_key_profiles(place: Place) -> None:
    """Where the configuration wants further names in each secret, the function's environment lists them."""
    args = RotationFunctionArgs(
        place=place,
        code=PROJECT / "rotation.zip",
        key_arn=KEY,
        app_secret_arn="arn:app",
        alarm_topic_arn="arn:alarms",
        key_profiles=("npm", "laravel"),
    )
    rotation = declare(lambda: RotationFunction("rotation", args))

    assert rotation.one("aws:lambda/function:Function").inputs["environment"]["variables"] == {
        APP_VARIABLE: "arn:app",
        "SELLERKEYS_KEY_PROFILES": "npm,laravel",
    }
    assert profiles_from("npm,laravel") == ("npm", "laravel")


def test_the_function_reads_the_variable_that_is_set() -> None:
    """The name stands in the program and in the zip, which do not import each other."""
    handler = PROJECT / "provisioning/rotation/handler.py"

    assert f'os.environ["{APP_VARIABLE}"]' in handler.read_text(encoding="utf-8")


def test_the_functions_role_is_its_own(rotation: Declaration, place: Place) -> None:
    """Each function has one, so that a policy says what that function may do."""
    role, policy = rotation.one("aws:iam/role:Role"), rotation.one("aws:iam/rolePolicy:RolePolicy")

    assert role.inputs["name"] == "sellerkeys-fn.prod.rotation"
    assert role.document("assumeRolePolicy") == lambda_only()
    assert policy.inputs["role"] == "sellerkeys-fn.prod.rotation"
    assert policy.document("policy") == rotation_policy(place, KEY)


def test_one_permission_serves_the_whole_fleet(rotation: Declaration) -> None:
    """Secrets Manager may invoke the function for this account's sellers of this fleet, present and future."""
    assert rotation.one("aws:lambda/permission:Permission").inputs == {
        "statementId": "SecretsManagerForSellers",
        "action": "lambda:InvokeFunction",
        "function": "sellerkeys-prod-rotation",
        "principal": "secretsmanager.amazonaws.com",
        "sourceAccount": "123456789012",
        "sourceArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/*/sp-api-??????",
    }


def test_logs_are_kept_for_more_than_a_year(rotation: Declaration) -> None:
    """Amazon asks for twelve months (sp-api.md 11, C03)."""
    assert rotation.one("aws:cloudwatch/logGroup:LogGroup").inputs == {
        "name": "/aws/lambda/sellerkeys-prod-rotation",
        "retentionInDays": 400,
        "tags": {"sellerkeys:base": "prod"},
    }


def test_a_failed_step_raises_an_alarm(rotation: Declaration) -> None:
    """One error in five minutes is enough: a step that fails is retried by nobody but Secrets Manager."""
    assert rotation.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs == {
        "name": "sellerkeys-prod-rotation-errors",
        "alarmDescription": (
            "A step of a rotation failed; Secrets Manager tries again. The log names the seller. "
            "See docs/runbooks/rotation-failed.md."
        ),
        "namespace": "AWS/Lambda",
        "metricName": "Errors",
        "dimensions": {"FunctionName": "sellerkeys-prod-rotation"},
        "statistic": "Sum",
        "period": 300,
        "evaluationPeriods": 1,
        "threshold": 1,
        "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "treatMissingData": "notBreaching",
        "alarmActions": ["arn:alarms"],
        "okActions": ["arn:alarms"],
        "tags": {"sellerkeys:base": "prod"},
    }


def test_an_abandoned_rotation_is_mailed(rotation: Declaration) -> None:
    """No function fails then; the pattern works whatever EventBridge calls the event and its key (aws.md 2.6)."""
    rule = rotation.one("aws:cloudwatch/eventRule:EventRule")
    target = rotation.one("aws:cloudwatch/eventTarget:EventTarget")

    assert rule.inputs["name"] == "sellerkeys-prod-abandoned"
    assert rule.document("eventPattern") == {
        "source": ["aws.secretsmanager"],
        "detail": {
            "eventName": ["RotationAbandoned"],
            "additionalEventData": {
                "SecretId": [
                    {"prefix": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/"},
                    {"exists": False},
                ]
            },
        },
    }
    assert target.inputs == {
        "rule": "sellerkeys-prod-abandoned",
        "targetId": "mail",
        "arn": "arn:alarms",
        "inputTransformer": {
            "inputPaths": {"data": "$.detail.additionalEventData", "time": "$.time"},
            "inputTemplate": '"At <time> AWS abandoned a rotation. See docs/runbooks/rotation-abandoned.md. <data>"',
        },
    }


def test_an_alarm_reaches_the_contact_by_mail(place: Place) -> None:
    """The application's contact is a person Amazon writes to as well."""
    alarms = declare(lambda: AlarmTopic("alarms", AlarmTopicArgs(place=place, contact="keys@example.com")))

    assert alarms.one("aws:sns/topic:Topic").inputs == {
        "name": "sellerkeys-prod-alarms",
        "tags": {"sellerkeys:base": "prod"},
    }
    policy = alarms.one("aws:sns/topicPolicy:TopicPolicy")
    assert policy.inputs["arn"] == "arn:aws:sns/topic:Topic:alarms"
    assert policy.document("policy") == topic_policy(place)
    assert alarms.one("aws:sns/topicSubscription:TopicSubscription").inputs == {
        "topic": "arn:aws:sns/topic:Topic:alarms",
        "protocol": "email",
        "endpoint": "keys@example.com",
    }


def test_the_key_is_the_fleets_own_and_renews_itself(place: Place) -> None:
    """Its alias is for people; policies name the key by its ARN."""
    declared = declare(lambda: EncryptionKey("key", EncryptionKeyArgs(place=place)))

    key = declared.one("aws:kms/key:Key")
    assert {**key.inputs, "policy": key.document("policy")} == {
        "description": "Encrypts the SP-API credentials of the fleet prod.",
        "policy": key_policy(place),
        "enableKeyRotation": True,
        "deletionWindowInDays": 30,
        "tags": {"sellerkeys:base": "prod"},
    }
    assert declared.one("aws:kms/alias:Alias").inputs == {"name": "alias/sellerkeys-prod", "targetKeyId": "key-key"}


def test_the_app_secret_is_empty_and_closed(place: Place) -> None:
    """`sellerkeys app set` fills it."""
    declared = declare(lambda: AppSecret("app", AppSecretArgs(place=place, key_arn=KEY)))

    assert declared.one("aws:secretsmanager/secret:Secret").inputs == {
        "name": "sellerkeys/prod/app",
        "description": "LWA client id and client secret of the application shared by the fleet prod.",
        "kmsKeyId": KEY,
        "policy": json.dumps(app_secret_policy(place), separators=(",", ":")),
        "recoveryWindowInDays": 30,
        "tags": {"sellerkeys:base": "prod"},
    }


def test_the_table_is_paid_per_request_and_its_items_expire(place: Place) -> None:
    """Nothing is reserved; what is put into it goes away by itself; what went wrong can be put back."""
    declared = declare(lambda: FleetTable("table", FleetTableArgs(place=place)))

    assert declared.one("aws:dynamodb/table:Table").inputs == {
        "name": "sellerkeys-prod",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": TABLE_KEY,
        "attributes": [{"name": TABLE_KEY, "type": "S"}],
        "ttl": {"attributeName": EXPIRY, "enabled": True},
        "pointInTimeRecovery": {"enabled": True},
        "deletionProtectionEnabled": True,
        "tags": {"sellerkeys:base": "prod"},
    }
