"""A consumer's own Pulumi program: redeploys an ECS service when a seller's secret changed (docs/events.md).

Configuration: `aws:region`; `bus`, the fleet's (`sellerkeys-<stack>`); `seller`, its slug; `cluster` and `service`.
"""

import io
import json
import zipfile
from pathlib import Path

import pulumi
import pulumi_aws as aws

HERE = Path(__file__).parent

config = pulumi.Config()
bus, seller = config.require("bus"), config.require("seller")
cluster, service = config.require("cluster"), config.require("service")
name = f"redeploy-{seller}"
account = aws.get_caller_identity().account_id
region = pulumi.Config("aws").require("region")


def document(*statements: dict[str, object]) -> str:
    """Write a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def zipped() -> pulumi.FileArchive:
    """Pack the function, the same bytes every time."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        entry = zipfile.ZipInfo("redeploy.py", (1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, (HERE / "redeploy.py").read_bytes())
    packed = HERE / "redeploy.zip"
    packed.write_bytes(content.getvalue())
    return pulumi.FileArchive(str(packed))


role = aws.iam.Role(
    name,
    assume_role_policy=document(
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ),
)
may = aws.iam.RolePolicy(
    name,
    role=role.name,
    policy=document(
        {
            "Effect": "Allow",
            "Action": "ecs:UpdateService",
            "Resource": f"arn:aws:ecs:{region}:{account}:service/{cluster}/{service}",
        },
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{name}*",
        },
    ),
)
function = aws.lambda_.Function(
    name,
    name=name,
    role=role.arn,
    code=zipped(),
    handler="redeploy.handle",
    runtime="python3.13",
    timeout=30,
    environment=aws.lambda_.FunctionEnvironmentArgs(variables={"CLUSTER": cluster, "SERVICE": service}),
    opts=pulumi.ResourceOptions(depends_on=[may]),
)
rule = aws.cloudwatch.EventRule(
    name,
    event_bus_name=bus,
    event_pattern=json.dumps(
        {"source": ["sellerkeys"], "detail-type": ["Seller Credential Changed"], "detail": {"seller": [seller]}}
    ),
)
aws.lambda_.Permission(
    name,
    action="lambda:InvokeFunction",
    function=function.name,
    principal="events.amazonaws.com",
    source_arn=rule.arn,
)
aws.cloudwatch.EventTarget(name, rule=rule.name, event_bus_name=bus, target_id="redeploy", arn=function.arn)
