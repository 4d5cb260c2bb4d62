"""What a policy does not allow is refused, as AWS refuses it; each service by one example or more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.aws.access.acting import ACCOUNT, REGION, allow, document, lent_to, zipped
from tests.local.aws.access.acting import client as make
from tests.local.aws.seen import refusal

if TYPE_CHECKING:
    from tests.local.aws.access.acting import Acting

SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
SELLER = f"{SECRETS}sellers/${{aws:PrincipalTag/seller}}/sp-api-??????"


def denied(action: str, resource: str, because: str, role: str = "worker") -> tuple[str, str]:
    """Write AWS's sentence (IAM, "Troubleshoot access denied error messages")."""
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/tests"
    return (
        "AccessDeniedException",
        f"User: {who} is not authorized to perform: {action} on resource: {resource} {because}",
    )


def silent(action: str, resource: str) -> tuple[str, str]:
    """Write the sentence for an action that nothing allows."""
    return denied(action, resource, f"because no identity-based policy allows the {action} action")


@pytest.fixture
def one(secrets: Any) -> str:
    """Make a seller's secret."""
    return str(secrets.create_secret(Name="sellers/one/sp-api", SecretString="PLACEHOLDER one")["ARN"])


@pytest.fixture
def two(secrets: Any) -> str:
    """Make another's."""
    return str(secrets.create_secret(Name="sellers/two/sp-api", SecretString="PLACEHOLDER two")["ARN"])


def test_a_reader_reads_its_secret_and_no_other(acting: Acting, one: str, two: str) -> None:
    """By name or ARN; the pattern's six question marks stand for AWS's own suffix."""
    reader = acting("worker", allow("secretsmanager:GetSecretValue", on=f"{SECRETS}sellers/one/sp-api-??????"))
    client = reader("secretsmanager")
    get = "secretsmanager:GetSecretValue"

    assert client.get_secret_value(SecretId="sellers/one/sp-api")["SecretString"] == "PLACEHOLDER one"
    assert client.get_secret_value(SecretId=one)["SecretString"] == "PLACEHOLDER one"
    assert refusal(client.get_secret_value, SecretId="sellers/two/sp-api") == silent(get, two)
    assert refusal(client.describe_secret, SecretId=one) == silent("secretsmanager:DescribeSecret", one)
    assert refusal(client.get_secret_value, SecretId="sellers/no/sp-api") == silent(get, f"{SECRETS}sellers/no/sp-api")


def test_a_batch_asks_for_each_secret(acting: Acting, one: str, two: str) -> None:
    """BatchGetSecretValue is no way around GetSecretValue (botocore BatchGetSecretValue)."""
    batch = allow("secretsmanager:BatchGetSecretValue")
    client = acting("worker", batch, allow("secretsmanager:GetSecretValue", on=one))("secretsmanager")

    answer = client.batch_get_secret_value(SecretIdList=[one, two])

    assert [value["ARN"] for value in answer["SecretValues"]] == [one]
    assert [(item["SecretId"], item["ErrorCode"]) for item in answer["Errors"]] == [(two, "AccessDeniedException")]


def test_a_secrets_own_policy_denies_whoever_is_allowed(acting: Acting, secrets: Any, one: str) -> None:
    """The first lock: the sentence says that it was the resource's policy, and which statement."""
    closed = {"Sid": "Closed", "Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}
    secrets.put_resource_policy(SecretId=one, ResourcePolicy=document(closed))
    client = acting("worker", allow("secretsmanager:GetSecretValue"))("secretsmanager")

    assert refusal(client.get_secret_value, SecretId=one) == denied(
        "secretsmanager:GetSecretValue", one, "with an explicit deny in a resource-based policy (Closed)"
    )


def test_a_customer_key_is_a_second_lock(aws: Any, acting: Acting, secrets: Any) -> None:
    """Secrets Manager uses the key in the caller's name, with the secret as encryption context (aws.md 6.2)."""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    arn = secrets.create_secret(Name="sellers/three/sp-api", KmsKeyId=key, SecretString="PLACEHOLDER")["ARN"]
    reading = allow("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", on=arn)
    via = {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}

    def opening(secret: str) -> dict[str, Any]:
        context = {"kms:EncryptionContext:SecretARN": secret}
        return allow("kms:Decrypt", on=key, when={"StringEquals": via, "StringLike": context})

    without = acting("without", reading)("secretsmanager")
    wrong = acting("wrong", reading, opening(f"{SECRETS}sellers/one/sp-api-??????"))("secretsmanager")
    right = acting("right", reading, opening(arn))
    told = ("AccessDeniedException", "Access to KMS is not allowed")

    assert refusal(without.get_secret_value, SecretId=arn) == told
    assert refusal(wrong.get_secret_value, SecretId=arn) == told
    assert right("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "PLACEHOLDER"
    assert refusal(right("secretsmanager").put_secret_value, SecretId=arn, SecretString="PLACEHOLDER new") == told
    assert refusal(right("kms").encrypt, KeyId=key, Plaintext=b"PLACEHOLDER")[0] == "AccessDeniedException"


def test_a_session_reads_what_its_tag_names(aws: Any, acting: Acting, one: str, two: str) -> None:
    """Session tags stay with the session, and stand where the policy has a variable."""
    iam, sts = aws.client("iam"), aws.client("sts")
    acting("worker", allow("secretsmanager:GetSecretValue", on=SELLER), Tags=[{"Key": "seller", "Value": "one"}])
    role = iam.get_role(RoleName="worker")["Role"]["Arn"]

    def reads(secret: str, **session: Any) -> bool:
        keys = sts.assume_role(RoleArn=role, RoleSessionName="tests", **session)["Credentials"]
        given = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        client = make(aws.server.url, "secretsmanager", *given)
        try:
            client.get_secret_value(SecretId=secret)
        except client.exceptions.ClientError:
            return False
        return True

    tagged = {"Tags": [{"Key": "seller", "Value": "one"}]}
    assert (reads(one, **tagged), reads(two, **tagged), reads(one)) == (True, False, False)


def test_a_trust_policy_says_who_is_lent_a_role_and_with_which_tags(aws: Any, acting: Acting) -> None:
    """Tags need sts:TagSession, and a role that is not there is denied like one that is not lent."""
    iam = aws.client("iam")
    me = f"arn:aws:iam::{ACCOUNT}:role/worker"
    worker = acting("worker")("sts")
    plain = {"Effect": "Allow", "Principal": {"AWS": me}, "Action": "sts:AssumeRole"}
    for name, trust in (
        ("mine", document(plain)),
        ("another", lent_to({"AWS": f"arn:aws:iam::{ACCOUNT}:role/else"})),
        ("for-one", lent_to({"AWS": me}, Condition={"StringEquals": {"aws:RequestTag/seller": "one"}})),
    ):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)

    def lent(name: str, *sellers: str) -> bool:
        tags = {"Tags": [{"Key": "seller", "Value": seller} for seller in sellers]} if sellers else {}
        try:
            worker.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="tests", **tags)
        except worker.exceptions.ClientError as refused:
            return refused.response["Error"]["Code"] != "AccessDenied"
        return True

    assert [lent("mine"), lent("mine", "one"), lent("another"), lent("nowhere")] == [True, False, False, False]
    assert [lent("for-one", "one"), lent("for-one", "two"), lent("for-one")] == [True, False, False]


def test_a_role_chain_ends_where_trust_ends(acting: Acting, secrets: Any, one: str) -> None:
    """The lent session has the lent role's policies, not the worker's."""
    worker = acting("worker", allow("secretsmanager:GetSecretValue", "sts:AssumeRole"))
    acting("reader", allow("secretsmanager:DescribeSecret"))
    keys = worker("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/reader", RoleSessionName="tests")
    given = keys["Credentials"]
    url = secrets.meta.endpoint_url
    reader = make(url, "secretsmanager", given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    assert reader.describe_secret(SecretId=one)["ARN"] == one
    assert refusal(reader.get_secret_value, SecretId=one)[0] == "AccessDeniedException"


def test_tags_need_their_own_permission(acting: Acting, one: str) -> None:
    """On a new secret, too (botocore CreateSecret); and a condition on keys sees every key."""
    state = {"ForAllValues:StringLike": {"aws:TagKeys": "state:*"}, "Null": {"aws:TagKeys": "false"}}
    tagging = allow("secretsmanager:TagResource", "secretsmanager:UntagResource", when=state)
    client = acting("worker", allow("secretsmanager:CreateSecret"), tagging)("secretsmanager")
    good, bad = {"Key": "state:a", "Value": "b"}, {"Key": "seller", "Value": "two"}

    client.create_secret(Name="a", Tags=[good])
    client.tag_resource(SecretId=one, Tags=[good])
    client.untag_resource(SecretId=one, TagKeys=["state:a"])

    assert refusal(client.create_secret, Name="b", Tags=[bad])[0] == "AccessDeniedException"
    assert refusal(client.tag_resource, SecretId=one, Tags=[good, bad])[0] == "AccessDeniedException"
    assert refusal(client.untag_resource, SecretId=one, TagKeys=["seller"])[0] == "AccessDeniedException"


def test_a_deletion_for_good_is_told_apart(acting: Acting, one: str, two: str) -> None:
    """A deletion with a recovery window has no such key."""
    force = {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}}
    never = {"Sid": "Never", "Effect": "Deny", "Action": "secretsmanager:DeleteSecret", "Resource": "*"}
    client = acting("worker", allow("secretsmanager:DeleteSecret"), {**never, "Condition": force})("secretsmanager")

    client.delete_secret(SecretId=one, RecoveryWindowInDays=7)

    assert refusal(client.delete_secret, SecretId=two, ForceDeleteWithoutRecovery=True) == denied(
        "secretsmanager:DeleteSecret", two, "with an explicit deny in an identity-based policy (Never)"
    )


def test_turning_rotation_on_needs_the_function_too(acting: Acting, deploy: Any, one: str, two: str) -> None:
    """RotateSecret needs lambda:InvokeFunction (botocore RotateSecret); enrolled secrets are known by the function."""
    function = deploy("rotates")
    rotate = allow("secretsmanager:RotateSecret")
    with_it = acting("with", rotate, allow("lambda:InvokeFunction", on=function))("secretsmanager")
    without = acting("without", rotate)("secretsmanager")
    enrolled = {"StringEquals": {"secretsmanager:resource/AllowRotationLambdaArn": function}}
    writer = acting("writer", allow("secretsmanager:DescribeSecret", when=enrolled))("secretsmanager")
    asked = {"SecretId": one, "RotationLambdaARN": function, "RotationRules": {"ScheduleExpression": "rate(1 day)"}}

    assert refusal(without.rotate_secret, **asked) == denied(
        "lambda:InvokeFunction",
        function,
        "because no identity-based policy allows the lambda:InvokeFunction action",
        "without",
    )
    with_it.rotate_secret(**asked)
    assert writer.describe_secret(SecretId=one)["RotationEnabled"]
    assert refusal(writer.describe_secret, SecretId=two)[0] == "AccessDeniedException"


def test_a_function_runs_as_its_role(aws: Any, acting: Acting, one: str) -> None:
    """Its keys are a session of the role it was made with."""
    acting("function", allow("secretsmanager:DescribeSecret"))
    source = (
        "import boto3\n"
        "client = boto3.client('secretsmanager')\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        return getattr(client, event['call'])(SecretId=event['id'])['Name']\n"
        "    except client.exceptions.ClientError as error:\n"
        "        return error.response['Error']['Code']\n"
    )
    functions = aws.client("lambda")
    role = f"arn:aws:iam::{ACCOUNT}:role/function"
    functions.create_function(
        FunctionName="tries",
        Runtime="python3.13",
        Role=role,
        Handler="main.handler",
        Code={"ZipFile": zipped({"main.py": source})},
        Timeout=30,
    )

    def tries(call: str) -> str:
        answer = functions.invoke(FunctionName="tries", Payload=json.dumps({"call": call, "id": one}))
        return str(json.loads(answer["Payload"].read()))

    assert (tries("describe_secret"), tries("get_secret_value")) == ("sellers/one/sp-api", "AccessDeniedException")


def test_handing_a_role_to_lambda(acting: Acting, pack: Any) -> None:
    """CreateFunction needs iam:PassRole on the function's role (IAM, "Granting … to pass a role")."""
    acting("function")
    role = f"arn:aws:iam::{ACCOUNT}:role/function"
    make_it = {"FunctionName": "f", "Runtime": "python3.13", "Role": role, "Handler": "main.handler"}
    code = {"Code": {"ZipFile": pack("idles")}}
    passing = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    create = allow("lambda:CreateFunction")

    refused = acting("without", create)("lambda")
    allowed = acting("with", create, allow("iam:PassRole", on=role, when=passing))("lambda")

    assert "iam:PassRole" in refusal(refused.create_function, **make_it, **code)[1]
    assert allowed.create_function(**make_it, **code)["FunctionName"] == "f"


def test_queues_and_topics(aws: Any, acting: Acting) -> None:
    """A resource's own policy is enough in the same account; SNS has a code of its own."""
    sqs, sns = aws.client("sqs"), aws.client("sns")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn, topic = f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox", sns.create_topic(Name="news")["TopicArn"]
    worker = acting("worker", allow("sqs:ReceiveMessage", on=arn))
    let_in = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/worker"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }

    before = refusal(worker("sqs").send_message, QueueUrl=url, MessageBody="PLACEHOLDER")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(let_in)})
    worker("sqs").send_message(QueueUrl=url, MessageBody="PLACEHOLDER")

    assert before == silent("sqs:SendMessage", arn)
    assert worker("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "PLACEHOLDER"
    sns.set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=document({**let_in, "Action": "sns:Subscribe", "Resource": topic}),
    )
    assert refusal(worker("sns").publish, TopicArn=topic, Message="PLACEHOLDER")[0] == "AuthorizationError"


def test_a_table_by_its_items(aws: Any, acting: Acting) -> None:
    """`dynamodb:LeadingKeys` holds a role to the items whose keys it may name."""
    aws.client("dynamodb").create_table(
        TableName="t",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "state#*"}}
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t"
    client = acting("worker", allow("dynamodb:PutItem", "dynamodb:GetItem", on=table, when=leading))("dynamodb")

    client.put_item(TableName="t", Item={"pk": {"S": "state#1"}})

    assert client.get_item(TableName="t", Key={"pk": {"S": "state#1"}})["Item"] == {"pk": {"S": "state#1"}}
    assert refusal(client.put_item, TableName="t", Item={"pk": {"S": "held#1"}}) == silent("dynamodb:PutItem", table)


def test_metrics_by_their_namespace(acting: Acting) -> None:
    """CloudWatch speaks CBOR, and is understood."""
    mine = {"StringEquals": {"cloudwatch:namespace": "mine"}}
    client = acting("worker", allow("cloudwatch:PutMetricData", when=mine))("cloudwatch")
    datum = [{"MetricName": "Overdue", "Value": 1.0}]

    client.put_metric_data(Namespace="mine", MetricData=datum)

    assert refusal(client.put_metric_data, Namespace="others", MetricData=datum) == silent(
        "cloudwatch:PutMetricData", "*"
    )


def test_a_boundary_holds_a_role_back(aws: Any, acting: Acting, one: str) -> None:
    """And managed policies count like a role's own."""
    iam = aws.client("iam")
    policies = {
        name: iam.create_policy(PolicyName=name, PolicyDocument=document(allow(action)))["Policy"]["Arn"]
        for name, action in (("reads", "secretsmanager:*"), ("limits", "secretsmanager:DescribeSecret"))
    }
    client = acting("worker")("secretsmanager")
    iam.attach_role_policy(RoleName="worker", PolicyArn=policies["reads"])
    assert client.get_secret_value(SecretId=one)["ARN"] == one

    iam.put_role_permissions_boundary(RoleName="worker", PermissionsBoundary=policies["limits"])

    assert client.describe_secret(SecretId=one)["ARN"] == one
    assert refusal(client.get_secret_value, SecretId=one)[0] == "AccessDeniedException"


def test_a_policy_that_nobody_can_judge_allows_nothing(acting: Acting, one: str) -> None:
    """An operator the evaluator does not know is named; it is not guessed at."""
    odd = allow("secretsmanager:GetSecretValue", when={"NumericLessThan": {"s3:max-keys": "10"}})
    client = acting("worker", odd)("secretsmanager")

    code, sentence = refusal(client.get_secret_value, SecretId=one)

    assert code == "AccessDeniedException"
    assert "NumericLessThan" in sentence


def test_a_service_whose_permissions_are_not_known(aws: Any, acting: Acting) -> None:
    """A role gets nowhere there, however much it is allowed."""
    client = acting("worker", {"Effect": "Allow", "Action": "*", "Resource": "*"})("ssm")

    assert refusal(client.get_parameter, Name="x") == (
        "AccessDeniedException",
        "The bench does not know what ssm:GetParameter needs to be allowed",
    )
    assert [verdict.allowed for verdict in aws.server.guard.verdicts()] == []


def test_decisions_are_remembered(aws: Any, acting: Acting, one: str) -> None:
    """Who asked for what, and which statement decided: each once, however often it was asked."""
    client = acting("worker", allow("secretsmanager:DescribeSecret"))("secretsmanager")
    for _ in range(2):
        client.describe_secret(SecretId=one)
    refusal(client.get_secret_value, SecretId=one)

    assert aws.server.guard.asked() == 3
    found = [(verdict.action, verdict.allowed, verdict.why) for verdict in aws.server.guard.verdicts()]
    assert found == [
        ("secretsmanager:DescribeSecret", True, "allowed by DescribeSecret"),
        (
            "secretsmanager:GetSecretValue",
            False,
            f"no statement of any policy allows secretsmanager:GetSecretValue on {one}",
        ),
    ]


def test_a_function_is_handed_only_what_its_role_may_receive(aws: Any, acting: Acting, deploy: Any) -> None:
    """Lambda receives as the function's role, from a queue under a customer key with its Decrypt, too."""
    iam, functions, sqs = aws.client("iam"), aws.client("lambda"), aws.client("sqs")
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    sqs.create_queue(QueueName="inbox", Attributes={"KmsMasterKeyId": key, "VisibilityTimeout": "30"})
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"
    acting("function")
    function = deploy("idles")
    functions.update_function_configuration(FunctionName=function, Role=f"arn:aws:iam::{ACCOUNT}:role/function")
    mapping = {"FunctionName": function, "EventSourceArn": queue}
    receiving = allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=queue)
    opening = allow("kms:Decrypt", on=key, when={"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}})

    def give(*statements: dict[str, Any]) -> None:
        iam.put_role_policy(RoleName="function", PolicyName="own", PolicyDocument=document(*statements))

    before = refusal(functions.create_event_source_mapping, **mapping)
    give(receiving)
    without_key = refusal(functions.create_event_source_mapping, **mapping)
    give(receiving, opening)

    assert "does not have permissions to call ReceiveMessage on SQS" in before[1]
    assert "kms:Decrypt" in without_key[1]
    assert functions.create_event_source_mapping(**mapping)["EventSourceArn"] == queue


def test_a_function_writes_its_log_only_as_its_role_may(aws: Any, acting: Acting) -> None:
    """Without the permission it runs, and nobody sees what it says."""
    functions, logs = aws.client("lambda"), aws.client("logs")
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda"
    acting("function", allow("logs:CreateLogStream", "logs:PutLogEvents", on=f"{group}/heard:log-stream:*"))
    for name in ("heard", "unheard"):
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=f"arn:aws:iam::{ACCOUNT}:role/function",
            Handler="main.handler",
            Code={"ZipFile": zipped({"main.py": "def handler(event, context):\n    print('PLACEHOLDER')\n"})},
        )
        functions.invoke(FunctionName=name)

    assert [item["logGroupName"] for item in logs.describe_log_groups()["logGroups"]] == ["/aws/lambda/heard"]


def test_an_alias_that_leads_nowhere_is_not_found(acting: Acting) -> None:
    """There is no key to decide on, so KMS itself answers (botocore DescribeKey)."""
    stranger = acting("stranger")("kms")

    assert refusal(stranger.describe_key, KeyId="alias/absent")[0] == "NotFoundException"
