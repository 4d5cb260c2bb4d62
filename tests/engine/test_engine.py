"""The engine itself, over our provider: what a person sees of `pulumi`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project

    from local.engine.provider.clients import Aws

SECRET = """
    import json
    import pulumi
    import pulumi_aws as aws

    provider = aws.Provider(
        "aws",
        region="eu-west-1",
        ignore_tags=aws.ProviderIgnoreTagsArgs(key_prefixes=["sellerkeys-state:"]),
    )
    here = pulumi.ResourceOptions(provider=provider)
    secret = aws.secretsmanager.Secret("secret", ARGUMENTS, recovery_window_in_days=0, opts=here)
    role = aws.iam.Role(
        "role",
        description=secret.arn.apply(lambda arn: f"reads {arn}"),
        assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": []}),
        opts=here,
    )
    pulumi.export("arn", secret.arn)
"""

EVERYTHING = """
    import json
    import pulumi
    import pulumi_aws as aws

    def allow(action, resource, **more):
        statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    provider = aws.Provider("aws", region="eu-west-1")
    here = pulumi.ResourceOptions(provider=provider)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    account = aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=provider)).account_id
    key = aws.kms.Key("key", enable_key_rotation=True, deletion_window_in_days=7, opts=here)
    aws.kms.Alias("alias", target_key_id=key.key_id, opts=here)
    trusts = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = aws.iam.Role("role", assume_role_policy=trusts, opts=here)
    secret = aws.secretsmanager.Secret(
        "secret",
        name="sellerkeys/dev/app",
        kms_key_id=key.arn,
        policy=role.arn.apply(lambda arn: allow("secretsmanager:*", "*", Principal={"AWS": arn})),
        opts=here,
    )
    read = secret.arn.apply(lambda arn: allow("secretsmanager:GetSecretValue", arn))
    aws.iam.RolePolicy("read", role=role.name, policy=read, opts=here)
    aws.cloudwatch.LogGroup("logs", name="/aws/lambda/rotation", retention_in_days=14, opts=here)
    function = aws.lambda_.Function(
        "rotation",
        name="rotation",
        role=role.arn,
        handler="handler.handle",
        runtime="python3.11",
        code=pulumi.FileArchive("CODE"),
        environment={"variables": {"SECRET": secret.arn}},
        opts=here,
    )
    aws.lambda_.Permission(
        "invoke",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="secretsmanager.amazonaws.com",
        source_account=account,
        opts=here,
    )
    topic = aws.sns.Topic("alarms", opts=here)
    aws.sns.TopicSubscription("on-call", topic=topic.arn, protocol="email", endpoint="ops@example.com", opts=here)
    aws.sns.TopicPolicy(
        "alarms",
        arn=topic.arn,
        policy=topic.arn.apply(lambda arn: allow("sns:Publish", arn, Principal={"Service": "events.amazonaws.com"})),
        opts=here,
    )
    rule = aws.cloudwatch.EventRule("daily", schedule_expression="rate(1 day)", opts=here)
    aws.cloudwatch.EventTarget("daily", rule=rule.name, arn=function.arn, opts=here)
    aws.cloudwatch.MetricAlarm(
        "failed",
        namespace="AWS/Lambda",
        metric_name="Errors",
        dimensions={"FunctionName": function.name},
        statistic="Sum",
        period=300,
        evaluation_periods=1,
        threshold=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        alarm_actions=[topic.arn],
        opts=here,
    )
"""


def secret(arguments: str) -> str:
    """The program with these arguments of its secret."""
    return SECRET.replace("ARGUMENTS", arguments)


def test_every_type_from_up_to_destroy(project: Project, code: Path) -> None:
    """All the program's types: declared, looked at again without a change, and taken away."""
    project.declare(EVERYTHING.replace("CODE", str(code)))

    up = project.up()
    again = project.pulumi("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")
    destroy = project.pulumi("destroy", "--yes", "--skip-preview")

    assert "+ 16 created" in up.text
    assert (again.code, "16 unchanged" in again.text) == (0, True)
    assert "- 16 deleted" in destroy.text


def test_a_preview_knows_what_it_cannot_know(project: Project) -> None:
    """Before anything exists an ARN, and what is made of it, is unknown."""
    project.declare(secret("name='a'"))

    shown = " ".join(project.pulumi("preview", "--diff").text.split())

    assert "+ 4 to create" in shown
    assert "description : [unknown]" in shown
    assert "arn: [unknown]" in shown


def test_a_change_is_shown_where_it_is(project: Project) -> None:
    """A preview of a changed tag shows that tag, and nothing else changes."""
    project.declare(secret("name='a', tags={'sellerkeys:base': 'dev', 'team': 'erp'}"))
    assert project.up().code == 0
    project.declare(secret("name='a', tags={'sellerkeys:base': 'prod', 'team': 'erp'}"))

    preview = project.pulumi("preview", "--diff")

    assert '~ sellerkeys:base: "dev" => "prod"' in preview.text
    assert "~ 1 to update\n    3 unchanged" in preview.text


def test_what_others_write_is_left_alone(project: Project, aws: Aws) -> None:
    """State tags and values written outside are no drift, and an update of the tags does not remove them."""
    project.declare(secret("name='a', tags={'team': 'erp'}"))
    assert project.up().code == 0
    client = aws.client("secretsmanager")
    client.tag_resource(SecretId="a", Tags=[{"Key": "sellerkeys-state:status", "Value": "enrolled"}])
    client.put_secret_value(SecretId="a", SecretString="PLACEHOLDER")

    refresh = project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    same = project.up("--refresh", "--expect-no-changes")
    project.declare(secret("name='a', tags={'owner': 'erp'}"))
    changed = project.up()

    assert (refresh.code, same.code, changed.code) == (0, 0, 0)
    assert {tag["Key"]: tag["Value"] for tag in client.describe_secret(SecretId="a")["Tags"]} == {
        "owner": "erp",
        "sellerkeys-state:status": "enrolled",
    }
    assert client.get_secret_value(SecretId="a")["SecretString"] == "PLACEHOLDER"
    assert "PLACEHOLDER" not in project.pulumi("stack", "export", "--show-secrets").text


def test_what_others_change_is_seen_and_mended(project: Project, aws: Aws) -> None:
    """A description changed outside is shown by a refresh and put right by the next `up`."""
    project.declare(secret("name='a', description='ours'"))
    assert project.up().code == 0
    aws.client("secretsmanager").update_secret(SecretId="a", Description="theirs")

    preview = project.pulumi("preview", "--refresh", "--diff")
    mended = project.up("--refresh")

    assert '~ description: "theirs" => "ours"' in preview.text
    assert "~ 1 updated" in mended.text
    assert aws.client("secretsmanager").describe_secret(SecretId="a")["Description"] == "ours"


def test_what_others_delete_is_made_again(project: Project, aws: Aws) -> None:
    """A resource that is gone leaves the state with a refresh, and `up` makes it again."""
    project.declare(secret("name='a'"))
    assert project.up().code == 0
    aws.client("secretsmanager").delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    mended = project.up("--refresh")

    assert "+ 1 created" in mended.text
    assert aws.client("secretsmanager").describe_secret(SecretId="a")["Name"] == "a"


def test_a_new_name_replaces(project: Project, aws: Aws) -> None:
    """A secret cannot be renamed: a new one comes, what depends on it follows, the old one goes."""
    project.declare(secret("name='a'"))
    assert project.up().code == 0
    project.declare(secret("name='b'"))

    preview = project.pulumi("preview", "--diff")
    replaced = project.up()

    assert '~ name: "a" => "b"' in preview.text
    assert "+-1 replaced" in replaced.text
    assert [found["Name"] for found in aws.client("secretsmanager").list_secrets()["SecretList"]] == ["b"]


def test_a_protected_secret_stays(project: Project) -> None:
    """The engine refuses to delete what is protected, through our provider too."""
    options = "pulumi.ResourceOptions(provider=provider, protect=True)"
    project.declare(secret("name='a'").replace("opts=here", f"opts={options}", 1))
    assert project.up().code == 0

    destroy = project.pulumi("destroy", "--yes", "--skip-preview")

    assert destroy.code != 0
    assert "it is protected" in destroy.text


def test_a_secret_argument_stays_secret(project: Project) -> None:
    """What the program marks as secret is encrypted in the state, wherever the provider puts it."""
    project.declare(secret("name='a', tags=pulumi.Output.secret({'team': 'PLACEHOLDER-CANARY'})"))

    up = project.up()
    state = project.pulumi("stack", "export")

    assert up.code == 0
    assert "PLACEHOLDER-CANARY" not in up.text + state.text


def test_an_unknown_argument_fails_the_preview(project: Project) -> None:
    """The bench says by name what it does not have, rather than leave it out."""
    project.declare(secret("name='a', force_overwrite_replica_secret=True"))

    preview = project.pulumi("preview")

    assert preview.code != 0
    assert "the bench takes no argument forceOverwriteReplicaSecret" in preview.text


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("aws.s3.Bucket('bucket', opts=here)", "the bench has no resource type aws:s3/bucket:Bucket"),
        ("aws.Provider('other', profile='mine')", "the bench takes no argument profile of the provider"),
        (
            "aws.get_region(opts=pulumi.InvokeOptions(provider=provider))",
            "the bench has no function aws:index/getRegion:getRegion",
        ),
    ],
)
def test_what_the_bench_lacks_is_refused_by_name(project: Project, line: str, refusal: str) -> None:
    """A type, a provider argument or a function that is not there fails the preview."""
    project.declare(secret("name='a'") + f"    {line}\n")

    preview = project.pulumi("preview")

    assert preview.code != 0
    assert refusal in preview.text


def test_awss_refusal_is_one_sentence(project: Project, aws: Aws) -> None:
    """An error of AWS reaches Pulumi's output as a sentence that names the resource."""
    aws.client("secretsmanager").create_secret(Name="a")
    project.declare(secret("name='a'"))

    up = project.up()

    assert up.code != 0
    assert "creating aws:secretsmanager/secret:Secret secret: AWS refused CreateSecret with ResourceExists" in up.text
    assert "Traceback" not in up.text


def test_half_a_creation_is_finished_by_the_next_run(project: Project, aws: Aws) -> None:
    """A key whose rotation was refused is in the state, so the next run does not make a second one."""
    program = (
        SECRET.split("    secret =", maxsplit=1)[0]
        + "    aws.kms.Key('key', enable_key_rotation=True, DAYS, opts=here)\n"
    )
    project.declare(program.replace("DAYS", "rotation_period_in_days=1"))
    half = project.up()
    project.declare(program.replace("DAYS", "rotation_period_in_days=90"))

    finished = project.up()

    assert (half.code != 0, finished.code) == (True, 0)
    assert "RotationPeriodInDays" in half.text
    assert len(aws.client("kms").list_keys()["Keys"]) == 1


def test_an_existing_secret_can_be_imported(project: Project, aws: Aws) -> None:
    """What is there already comes under Pulumi by its id."""
    arn = aws.client("secretsmanager").create_secret(Name="a", Description="ours")["ARN"]
    options = f"pulumi.ResourceOptions(provider=provider, import_='{arn}')"
    project.declare(secret("name='a', description='ours'").replace("opts=here", f"opts={options}", 1))

    up = project.up()

    assert "= 1 imported" in up.text
    assert json.loads(project.pulumi("stack", "output", "--json").text) == {"arn": arn}
