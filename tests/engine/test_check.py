"""What a program may say."""

from __future__ import annotations

import json

import pytest

from local.engine.provider.catalogue import resource_type, resource_types
from local.engine.provider.check import check, fresh_name
from local.engine.provider.errors import Refused
from local.engine.provider.tags import TagRules
from local.engine.provider.values import UNKNOWN, Archive

SECRET = resource_type("aws:secretsmanager/secret:Secret")
ROLE = resource_type("aws:iam/role:Role")
KEY = resource_type("aws:kms/key:Key")
FUNCTION = resource_type("aws:lambda/function:Function")
ALARM = resource_type("aws:cloudwatch/metricAlarm:MetricAlarm")
TABLE = resource_type("aws:dynamodb/table:Table")
QUEUE = resource_type("aws:sqs/queue:Queue")
MAPPING = resource_type("aws:lambda/eventSourceMapping:EventSourceMapping")
RULES = TagRules(prefixes=("sellerkeys-state:",))


def failures(kind: object, **news: object) -> list[str]:
    """What is wrong with these arguments."""
    return check(kind, news, {}, RULES, "fresh-1234567")[1]


def test_the_types_of_the_program_are_there() -> None:
    """The bench has the types the program declares and says so by name."""
    assert set(resource_types()) >= {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:dynamodb/table:Table",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:lambda/function:Function",
        "aws:lambda/functionUrl:FunctionUrl",
        "aws:lambda/permission:Permission",
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
        "aws:sns/topicSubscription:TopicSubscription",
        "aws:sqs/queue:Queue",
        "aws:sqs/queuePolicy:QueuePolicy",
    }
    with pytest.raises(Refused, match="the bench has no resource type aws:s3/bucket:Bucket; it has aws:"):
        resource_type("aws:s3/bucket:Bucket")


def test_an_unknown_argument_is_refused_by_name() -> None:
    """An argument the bench does not know would silently do nothing."""
    takes = "description, kmsKeyId, name, policy, recoveryWindowInDays, region, tags"

    assert failures(SECRET, name="a", replicas=[]) == [f"the bench takes no argument replicas; it takes {takes}"]


def test_an_unknown_field_is_refused_by_name() -> None:
    """The same inside an argument."""
    assert "the bench takes no secrets in environment; it takes variables" in failures(
        FUNCTION, environment={"secrets": {}}
    )


def test_a_function_url_is_public_and_answers_in_one_piece() -> None:
    """The bench checks no signature at a URL and streams nothing, and says so in the preview."""
    url = resource_type("aws:lambda/functionUrl:FunctionUrl")

    assert failures(url, functionName="fn", authorizationType="AWS_IAM", invokeMode="RESPONSE_STREAM") == [
        "the bench serves function URLs with authorizationType NONE",
        "the bench serves function URLs with invokeMode BUFFERED",
    ]


def test_a_missing_argument_is_refused_by_name() -> None:
    """A preview already shows what AWS would ask for."""
    assert failures(ROLE) == ["the argument assumeRolePolicy is missing"]


def test_an_unknown_value_is_no_missing_one() -> None:
    """In a preview an argument may come from a resource that is not there yet."""
    assert failures(ROLE, assumeRolePolicy=UNKNOWN) == []


@pytest.mark.parametrize(
    ("kind", "news", "reason"),
    [
        (SECRET, {"recoveryWindowInDays": 3}, "recoveryWindowInDays has to be 0 or from 7 to 30"),
        (KEY, {"deletionWindowInDays": 0}, "deletionWindowInDays has to be from 7 to 30"),
        (SECRET, {"policy": "{"}, "policy is not a JSON document"),
        (ROLE, {"assumeRolePolicy": "{}", "path": "/a"}, "path has to begin and end with a slash"),
        (FUNCTION, {"code": Archive("x", None)}, "code has to be a FileArchive of a zip"),
        (FUNCTION, {"code": Archive("x", "a.zip")}, "code has to be the absolute path of a zip, not a.zip"),
        (FUNCTION, {"code": Archive("x", "/nowhere.zip")}, "code is not a zip: /nowhere.zip"),
        (ALARM, {"metricQueries": [{"id": "m", "colour": "red"}]}, "the bench takes no colour in metricQueries[0]"),
        (
            SECRET,
            {"tags": {"sellerkeys-state:status": "ok"}},
            "the provider's ignoreTags leaves the tag sellerkeys-state:status to others, so it cannot be declared",
        ),
    ],
    ids=["window", "waiting", "json", "path", "no file", "relative", "no zip", "query", "ignored tag"],
)
def test_what_aws_would_refuse(kind: object, news: dict[str, object], reason: str) -> None:
    """A preview shows what would fail only at AWS, or not at all."""
    assert reason in failures(kind, **news)


def test_a_resource_without_a_name_gets_one() -> None:
    """pulumi-aws adds a hyphen and seven random characters to the logical name, and notes that it did."""
    fresh = fresh_name(SECRET.autoname, "app", b"seed")
    inputs, wrong = check(SECRET, {}, {}, RULES, fresh)

    assert fresh == "app-19b2585"
    assert inputs == {"name": fresh, "__defaults": ["name"], "tagsAll": {}}
    assert wrong == []


def test_a_made_up_name_stays() -> None:
    """A later run keeps the name the first one made up."""
    olds = {"name": "app-0000000", "__defaults": ["name"]}

    assert check(SECRET, {}, olds, RULES, "app-1111111")[0]["name"] == "app-0000000"


def test_a_name_given_once_is_not_kept_as_made_up() -> None:
    """A program that takes its name away gets a fresh one."""
    assert check(SECRET, {}, {"name": "given"}, RULES, "app-1111111")[0]["name"] == "app-1111111"


def test_a_made_up_name_can_be_too_long() -> None:
    """AWS's limit counts for made-up names too."""
    _, wrong = check(ROLE, {"assumeRolePolicy": "{}"}, {}, RULES, "r" * 65)

    assert wrong == [f"{'r' * 65} is longer than 64 characters: give a name"]


def test_a_policy_may_be_an_object() -> None:
    """pulumi-aws takes a policy as text or as an object; the inputs hold text."""
    document = {"Version": "2012-10-17", "Statement": []}

    assert check(ROLE, {"assumeRolePolicy": document}, {}, RULES, "r")[0]["assumeRolePolicy"] == json.dumps(document)


def test_unknown_tags_make_tags_all_unknown() -> None:
    """`tagsAll` cannot be known before `tags` is."""
    assert check(SECRET, {"tags": {"a": UNKNOWN}}, {}, RULES, "s")[0]["tagsAll"] is UNKNOWN


def test_a_table_that_the_bench_would_not_make_as_declared_is_refused() -> None:
    """Provisioned capacity is not known; an attribute that is no key makes AWS refuse the table."""
    attributes = [{"name": "pk", "type": "S"}, {"name": "held", "type": "S"}]

    assert failures(TABLE, hashKey="pk", attributes=attributes, billingMode="PROVISIONED") == [
        "the bench takes no billingMode but PAY_PER_REQUEST",
        "attributes has to list the keys, and nothing else: other attributes are not declared",
    ]
    assert failures(TABLE, hashKey="pk", attributes=[{"name": "pk", "kind": "S"}], billingMode="PAY_PER_REQUEST") == [
        "the bench takes no kind in attributes[0]"
    ]


def test_what_the_benchs_queues_do_not_do_is_refused() -> None:
    """Order, other sources than queues, long batches, other answers than the report of items."""
    assert failures(QUEUE, name="a.fifo") == ["the bench takes standard queues only, no name that ends in .fifo"]
    assert failures(
        MAPPING,
        functionName="fn",
        eventSourceArn="arn:aws:kinesis:eu-west-1:123456789012:stream/a",
        batchSize=11,
        functionResponseTypes=["Other"],
    ) == [
        "the bench maps queues only, not arn:aws:kinesis:eu-west-1:123456789012:stream/a",
        "batchSize has to be 1 to 10: a longer batch needs a window, which the bench has not",
        "functionResponseTypes takes ReportBatchItemFailures only, not Other",
    ]
