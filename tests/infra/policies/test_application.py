"""Who reads and writes the app secret."""

from infra.place import Place
from infra.policies.application import app_secret_policy

ROLE = "arn:aws:iam::123456789012:role/"


def test_the_shared_application_is_closed_to_all_but_the_named(place: Place) -> None:
    """Nor is it rotated by Secrets Manager, which would open it to the rotation function's writes."""
    operators = [f"{ROLE}onboarder", f"{ROLE}on-call"]
    renewal = f"{ROLE}sellerkeys-fn.prod.client-secret"
    functions = [f"{ROLE}sellerkeys-fn.prod.{name}" for name in ("rotation", "consent", "calendar")]
    deployer = {"StringNotEquals": {"aws:PrincipalArn": [f"{ROLE}deployer"]}}

    assert app_secret_policy(place) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyWhoProvesOrComposesReads",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:PrincipalArn": [*operators, renewal, *functions]}},
            },
            {
                "Sid": "OnlyOperatorsAndTheRenewalWrite",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:PrincipalArn": [*operators, renewal]}},
            },
            {
                "Sid": "OnlyTheDeployerUpdates",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:UpdateSecret",
                "Resource": "*",
                "Condition": deployer,
            },
            {
                "Sid": "IdentityTagsAreTheDeployers",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["secretsmanager:TagResource", "secretsmanager:UntagResource"],
                "Resource": "*",
                "Condition": {"ForAnyValue:StringNotLike": {"aws:TagKeys": "sellerkeys-state:*"}, **deployer},
            },
            {
                "Sid": "NoRotation",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:RotateSecret",
                "Resource": "*",
            },
            {
                "Sid": "NoForcedDeletion",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:DeleteSecret",
                "Resource": "*",
                "Condition": {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
            },
        ],
    }


def test_where_nobody_is_named_everybody_is_kept_out() -> None:
    """A deny without its condition holds for all, never for none."""
    nobody = Place(base="prod", region="eu-west-1", account="123456789012")
    statements = {statement["Sid"]: statement for statement in app_secret_policy(nobody)["Statement"]}

    assert "Condition" not in statements["OnlyTheDeployerUpdates"]
    assert set(statements["IdentityTagsAreTheDeployers"]["Condition"]) == {"ForAnyValue:StringNotLike"}
