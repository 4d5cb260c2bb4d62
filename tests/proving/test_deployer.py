"""The deployer's policy beside what `sellerkeys up`, changes and destroys were recorded to need."""

from infra.policies.deployer import deployer
from proving.fleet import place
from proving.needs import recorded
from proving.unrecorded import DEPLOYERS

#: AWS lets everybody ask who he is, whatever his policies say.
FREE = {"sts:GetCallerIdentity"}


def test_whatever_a_deployer_may_was_needed_or_is_explained() -> None:
    """An action that no recording shows has a reason; one that a recording shows has none any more."""
    rows = [row.statement for row in deployer(place("role-per-seller")) if row.statement["Effect"] == "Allow"]
    allowed = {action for row in rows for action in row["Action"]}
    shown = set(recorded()["the deployer"]) - FREE
    explained = [action for actions in DEPLOYERS.values() for action in actions]

    assert shown - allowed == set()
    assert allowed - shown == set(explained)
    assert len(explained) == len(set(explained))


def test_a_deployer_cannot_weaken_what_the_program_sets_for_good() -> None:
    """Keys that no longer rotate, and logs that are kept for ever, are in no version of the program."""
    actions = {action for row in deployer(place("role-per-seller")) for action in row.statement["Action"]}

    assert not actions & {"kms:DisableKeyRotation", "kms:DisableKey", "logs:DeleteRetentionPolicy", "kms:CreateGrant"}
