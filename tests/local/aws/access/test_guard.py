"""What a policy does not allow is refused, as AWS refuses it: secrets, and roles that are lent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.local.aws.access.acting import ACCOUNT, REGION, allow, document, lent_to
from tests.local.aws.access.acting import client as make
from tests.local.aws.access.sentences import SECRETS, SELLER, denied, silent
from tests.local.aws.seen import refusal

if TYPE_CHECKING:
    from tests.local.aws.access.acting import Acting


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
