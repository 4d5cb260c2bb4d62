"""EventBridge: buses, rules and their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from local.engine.provider.resource import NAME, REGION, TAGS, Argument, AutoName, ResourceType, document
from local.engine.provider.tags import mapping, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import Values

_RULE: Mapping[str, str] = {
    "description": "Description",
    "eventBusName": "EventBusName",
    "eventPattern": "EventPattern",
    "name": "Name",
    "roleArn": "RoleArn",
    "scheduleExpression": "ScheduleExpression",
    "state": "State",
}


_DEFAULT: Final = "default"
_BUS: Final = Argument(default=_DEFAULT, replaces=True)


class EventBus(ResourceType):
    """A bus; its id is its name."""

    pulumi_type = "aws:cloudwatch/eventBus:EventBus"
    autoname = AutoName(limit=256)
    arguments: ClassVar[Arguments] = {"name": NAME, "region": REGION, **TAGS}

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateEventBus takes everything in one call."""
        answer = aws.client("events").create_event_bus(Name=inputs["name"], Tags=pairs(inputs["tagsAll"]))
        return inputs["name"], {"arn": answer["EventBusArn"]}

    def read(self, existing: Existing) -> Values | None:
        """DescribeEventBus and ListTagsForResource."""
        client = existing.aws.client("events")
        try:
            found = client.describe_event_bus(Name=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return None
        tags = client.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
        return {"arn": found["Arn"], "name": found["Name"], "tagsAll": mapping(tags)}

    def delete(self, existing: Existing) -> None:
        """DeleteEventBus is no error where there is none."""
        existing.aws.client("events").delete_event_bus(Name=existing.id)

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("events").tag_resource(ResourceARN=existing.state["arn"], Tags=pairs(tags))

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("events").untag_resource(ResourceARN=existing.state["arn"], TagKeys=keys)


class EventRule(ResourceType):
    """A rule; its id is its name, on another bus than the default one that bus's name, a slash and its own."""

    pulumi_type = "aws:cloudwatch/eventRule:EventRule"
    autoname = AutoName(limit=64)
    arguments: ClassVar[Arguments] = {
        "description": Argument(),
        "eventBusName": _BUS,
        "eventPattern": document(),
        "name": NAME,
        "region": REGION,
        "roleArn": Argument(),
        "scheduleExpression": Argument(),
        "state": Argument(default="ENABLED"),
        **TAGS,
    }
    #: What nothing can set off is no rule (botocore PutRule).
    one_of = ("eventPattern", "scheduleExpression")

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """PutRule takes everything in one call."""
        answer = aws.client("events").put_rule(**_rule(inputs), Tags=pairs(inputs["tagsAll"]))
        return "/".join([*_bus_of(inputs).values(), inputs["name"]]), {"arn": answer["RuleArn"]}

    def read(self, existing: Existing) -> Values | None:
        """DescribeRule and ListTagsForResource."""
        client = existing.aws.client("events")
        try:
            found = client.describe_rule(**_named(existing))
        except client.exceptions.ResourceNotFoundException:
            return None
        return {
            "arn": found["Arn"],
            **{ours: found.get(theirs) for ours, theirs in _RULE.items()},
            "tagsAll": mapping(client.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """PutRule replaces the whole rule; it ignores tags on one that exists (botocore)."""
        if changed - TAGS.keys():
            existing.aws.client("events").put_rule(**_rule(inputs))
        return {}

    def delete(self, existing: Existing) -> None:
        """DeleteRule is no error where there is none."""
        existing.aws.client("events").delete_rule(**_named(existing))

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("events").tag_resource(ResourceARN=existing.state["arn"], Tags=pairs(tags))

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("events").untag_resource(ResourceARN=existing.state["arn"], TagKeys=keys)


class EventTarget(ResourceType):
    """A rule's target; its id is the rule's name, a hyphen and the target's own id, before them the bus's likewise."""

    pulumi_type = "aws:cloudwatch/eventTarget:EventTarget"
    autoname = AutoName(argument="targetId", limit=64)
    outputs = ()
    arguments: ClassVar[Arguments] = {
        "arn": Argument(required=True),
        "eventBusName": _BUS,
        "input": document(),
        "inputTransformer": Argument(fields=frozenset({"inputPaths", "inputTemplate"})),
        "region": REGION,
        "roleArn": Argument(),
        "rule": Argument(required=True, replaces=True),
        "targetId": NAME,
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """PutTargets."""
        bus = _bus_of(inputs)
        aws.client("events").put_targets(Rule=inputs["rule"], Targets=[_target(inputs)], **bus)
        return "-".join([*bus.values(), inputs["rule"], inputs["targetId"]]), {}

    def read(self, existing: Existing) -> Values | None:
        """ListTargetsByRule, then the target among them."""
        client, state = existing.aws.client("events"), existing.state
        try:
            targets = client.list_targets_by_rule(Rule=state["rule"], **_bus_of(state))["Targets"]
        except client.exceptions.ResourceNotFoundException:
            return None
        found = next((target for target in targets if target["Id"] == state["targetId"]), None)
        if found is None:
            return None
        transformer = found.get("InputTransformer")
        return {
            "arn": found["Arn"],
            "eventBusName": state.get("eventBusName"),
            "input": found.get("Input"),
            "inputTransformer": _seen(transformer) if transformer else None,
            "roleArn": found.get("RoleArn"),
            "rule": state["rule"],
            "targetId": found["Id"],
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """PutTargets replaces the target of the same id."""
        del changed
        client = existing.aws.client("events")
        client.put_targets(Rule=inputs["rule"], Targets=[_target(inputs)], **_bus_of(inputs))
        return {}

    def delete(self, existing: Existing) -> None:
        """RemoveTargets; with the rule its targets are gone too."""
        client = existing.aws.client("events")
        try:
            state = existing.state
            client.remove_targets(Rule=state["rule"], Ids=[state["targetId"]], **_bus_of(state))
        except client.exceptions.ResourceNotFoundException:
            return


def _bus_of(values: Values) -> Values:
    """Give what names a bus to EventBridge; nothing for the default one."""
    bus = values.get("eventBusName") or _DEFAULT
    return {} if bus == _DEFAULT else {"EventBusName": bus}


def _named(existing: Existing) -> Values:
    """Name a rule by its id alone, for an import knows no more."""
    bus, _, name = existing.id.rpartition("/")
    return {"Name": name, **_bus_of({"eventBusName": bus})}


def _rule(inputs: Values) -> Values:
    return {theirs: inputs[ours] for ours, theirs in _RULE.items() if ours in inputs}


def _target(inputs: Values) -> Values:
    plain = {"arn": "Arn", "input": "Input", "roleArn": "RoleArn", "targetId": "Id"}
    target = {theirs: inputs[ours] for ours, theirs in plain.items() if ours in inputs}
    if transformer := inputs.get("inputTransformer"):
        paths = {"InputPathsMap": transformer["inputPaths"]} if "inputPaths" in transformer else {}
        target["InputTransformer"] = {"InputTemplate": transformer["inputTemplate"], **paths}
    return target


def _seen(transformer: Values) -> Values:
    paths = transformer.get("InputPathsMap")
    return {"inputTemplate": transformer["InputTemplate"], **({"inputPaths": paths} if paths else {})}
