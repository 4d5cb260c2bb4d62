"""Lambda: which queue's messages are handed to which function."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from local.engine.provider.resource import REGION, TAGS, Argument, ResourceType, same_set

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import PropertyValue, Values

_PLAIN: Final[Mapping[str, str]] = {
    "batchSize": "BatchSize",
    "enabled": "Enabled",
    "functionName": "FunctionName",
    "functionResponseTypes": "FunctionResponseTypes",
}
_REPORTS_ITEMS: Final = "ReportBatchItemFailures"
#: A longer batch needs a batching window (botocore CreateEventSourceMapping, BatchSize), which the bench does not know.
_LONGEST_BATCH: Final = 10


def _same_function(one: PropertyValue, other: PropertyValue) -> bool:
    """Compare functions, each named or given by its ARN; Lambda answers with the ARN."""
    return bool(str(one).rpartition(":")[2] == str(other).rpartition(":")[2])


class EventSourceMapping(ResourceType):
    """A mapping of a queue to a function; its id is its UUID."""

    pulumi_type = "aws:lambda/eventSourceMapping:EventSourceMapping"
    autoname = None
    outputs = ("arn", "functionArn", "lastModified", "lastProcessingResult", "state", "stateTransitionReason", "uuid")
    volatile = frozenset({"functionArn", "lastModified", "lastProcessingResult", "state", "stateTransitionReason"})
    arguments: ClassVar[Arguments] = {
        "batchSize": Argument(default=10),
        "enabled": Argument(default=True),
        "eventSourceArn": Argument(required=True, replaces=True),
        "functionName": Argument(required=True, same=_same_function),
        "functionResponseTypes": Argument(default=[], same=same_set),
        "region": REGION,
        **TAGS,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse what the bench's mappings do not do."""
        if not str(inputs.get("eventSourceArn", "arn:aws:sqs:")).startswith("arn:aws:sqs:"):
            yield f"the bench maps queues only, not {inputs['eventSourceArn']}"
        if not 1 <= inputs.get("batchSize", 1) <= _LONGEST_BATCH:
            yield f"batchSize has to be 1 to {_LONGEST_BATCH}: a longer batch needs a window, which the bench has not"
        for name in inputs.get("functionResponseTypes", ()):
            if name != _REPORTS_ITEMS:
                yield f"functionResponseTypes takes {_REPORTS_ITEMS} only, not {name}"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateEventSourceMapping."""
        answer = aws.client("lambda").create_event_source_mapping(
            EventSourceArn=inputs["eventSourceArn"], **_fields(inputs, inputs.keys()), Tags=inputs["tagsAll"]
        )
        return answer["UUID"], _outputs(aws, answer)

    def read(self, existing: Existing) -> Values | None:
        """GetEventSourceMapping; one that is being deleted is gone."""
        client = existing.aws.client("lambda")
        try:
            found = client.get_event_source_mapping(UUID=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return None
        if found["State"] == "Deleting":
            return None
        return {
            **_outputs(existing.aws, found),
            "batchSize": found["BatchSize"],
            "enabled": found["State"] in ("Creating", "Enabled", "Enabling", "Updating"),
            "eventSourceArn": found["EventSourceArn"],
            "functionName": found["FunctionArn"],
            "functionResponseTypes": found.get("FunctionResponseTypes", []),
            "tagsAll": client.list_tags(Resource=_arn(existing.aws, found)).get("Tags", {}),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """UpdateEventSourceMapping."""
        fields = _fields(inputs, changed)
        if not fields:
            return {}
        return _outputs(
            existing.aws, existing.aws.client("lambda").update_event_source_mapping(UUID=existing.id, **fields)
        )

    def delete(self, existing: Existing) -> None:
        """DeleteEventSourceMapping."""
        client = existing.aws.client("lambda")
        try:
            client.delete_event_source_mapping(UUID=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("lambda").tag_resource(Resource=existing.state["arn"], Tags=tags)

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("lambda").untag_resource(Resource=existing.state["arn"], TagKeys=keys)


def _fields(inputs: Values, names: Collection[str]) -> Values:
    return {_PLAIN[ours]: inputs[ours] for ours in sorted(names & _PLAIN.keys())}


def _arn(aws: Aws, found: Values) -> str:
    return str(found.get("EventSourceMappingArn") or aws.arn("lambda", f"event-source-mapping:{found['UUID']}"))


def _outputs(aws: Aws, found: Values) -> Values:
    return {
        "arn": _arn(aws, found),
        "functionArn": found["FunctionArn"],
        "lastModified": str(found["LastModified"]),
        "lastProcessingResult": found.get("LastProcessingResult", ""),
        "state": found["State"],
        "stateTransitionReason": found.get("StateTransitionReason", ""),
        "uuid": found["UUID"],
    }
