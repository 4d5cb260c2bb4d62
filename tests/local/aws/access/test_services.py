"""What a policy does not allow is refused, as AWS refuses it: the other services, each by one example or more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.local.aws.access.acting import ACCOUNT, REGION, allow, document, zipped
from tests.local.aws.access.sentences import denied, silent
from tests.local.aws.seen import refusal

if TYPE_CHECKING:
    from tests.local.aws.access.acting import Acting


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


def test_a_service_whose_permissions_are_not_known(aws: Any, acting: Acting) -> None:
    """A role gets nowhere there, however much it is allowed."""
    client = acting("worker", {"Effect": "Allow", "Action": "*", "Resource": "*"})("ssm")

    assert refusal(client.get_parameter, Name="x") == (
        "AccessDeniedException",
        "The bench does not know what ssm:GetParameter needs to be allowed",
    )
    assert [verdict.allowed for verdict in aws.server.guard.verdicts()] == []


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


def test_events_are_put_on_a_bus_and_as_somebody(aws: Any, acting: Acting) -> None:
    """PutEvents knows the bus, and who is said to speak of what (`events:source`, `events:detail-type`)."""
    aws.client("events").create_event_bus(Name="fleet")
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/fleet"
    when = {"StringEquals": {"events:source": "ours", "events:detail-type": "Changed"}}
    events = acting("worker", allow("events:PutEvents", on=bus, when=when))("events")
    entry = {"EventBusName": "fleet", "Source": "ours", "DetailType": "Changed", "Detail": "{}"}

    def put(*changes: dict[str, str]) -> tuple[str, str]:
        return refusal(events.put_events, Entries=[entry | change for change in changes])

    assert events.put_events(Entries=[entry, entry | {"EventBusName": bus}])["FailedEntryCount"] == 0
    assert put({"EventBusName": "default"}) == silent("events:PutEvents", bus.replace("fleet", "default"))
    # One entry that may not be put refuses the whole call.
    assert put({}, {"Source": "theirs"}) == silent("events:PutEvents", bus)
    assert put({"DetailType": "Other"}) == silent("events:PutEvents", bus)


def test_a_rule_on_another_bus_bears_its_name(aws: Any, acting: Acting) -> None:
    """`rule/<bus>/<rule>`: who may listen on one bus may not on another."""
    aws.client("events").create_event_bus(Name="fleet")
    rules = f"arn:aws:events:{REGION}:{ACCOUNT}:rule"
    listener = acting("listener", allow("events:PutRule", on=f"{rules}/fleet/*"))("events")

    listener.put_rule(Name="mine", EventBusName="fleet", EventPattern='{"source": ["ours"]}')
    assert refusal(listener.put_rule, Name="mine", EventPattern='{"source": ["ours"]}') == denied(
        "events:PutRule",
        f"{rules}/mine",
        "because no identity-based policy allows the events:PutRule action",
        "listener",
    )


def test_a_service_is_redeployed_by_who_may(aws: Any, acting: Acting) -> None:
    """UpdateService knows the service, by its cluster and name; what the bench does not know of ECS is denied."""
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="erp")
    container = {"name": "worker", "image": "worker:1", "memory": 128}
    ecs.register_task_definition(family="worker", containerDefinitions=[container])
    for name in ("one", "two"):
        ecs.create_service(cluster="erp", serviceName=name, taskDefinition="worker", desiredCount=1)
    service = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/erp"
    worker = acting("worker", allow("ecs:UpdateService", on=f"{service}/one"), allow("ecs:ListClusters"))("ecs")

    worker.update_service(cluster="erp", service="one", forceNewDeployment=True)
    assert refusal(worker.update_service, cluster="erp", service="two") == silent("ecs:UpdateService", f"{service}/two")
    assert refusal(worker.list_clusters)[0] == "AccessDeniedException"
