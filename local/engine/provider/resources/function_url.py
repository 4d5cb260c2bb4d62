"""Lambda: the URL of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from local.engine.provider.resource import REGION, Argument, ResourceType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.values import Values


class FunctionUrl(ResourceType):
    """A function's one URL; its id is the function's name."""

    pulumi_type = "aws:lambda/functionUrl:FunctionUrl"
    autoname = None
    outputs = ("functionArn", "functionUrl", "urlId")
    arguments: ClassVar[Arguments] = {
        "authorizationType": Argument(required=True),
        "functionName": Argument(required=True, replaces=True),
        "invokeMode": Argument(default="BUFFERED"),
        "region": REGION,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse what the bench cannot serve: signed requests, and answers in pieces."""
        if inputs.get("authorizationType", "NONE") != "NONE":
            yield "the bench serves function URLs with authorizationType NONE"
        if inputs.get("invokeMode", "BUFFERED") != "BUFFERED":
            yield "the bench serves function URLs with invokeMode BUFFERED"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateFunctionUrlConfig."""
        answer = aws.client("lambda").create_function_url_config(
            FunctionName=inputs["functionName"], AuthType=inputs["authorizationType"], InvokeMode=inputs["invokeMode"]
        )
        return inputs["functionName"], _outputs(answer)

    def read(self, existing: Existing) -> Values | None:
        """GetFunctionUrlConfig."""
        client = existing.aws.client("lambda")
        try:
            answer = client.get_function_url_config(FunctionName=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return None
        return {
            **_outputs(answer),
            "authorizationType": answer["AuthType"],
            "functionName": existing.id,
            "invokeMode": answer["InvokeMode"].upper(),
        }

    def delete(self, existing: Existing) -> None:
        """DeleteFunctionUrlConfig; with the function its URL goes too."""
        client = existing.aws.client("lambda")
        try:
            client.delete_function_url_config(FunctionName=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return


def _outputs(answer: Values) -> Values:
    host = urlsplit(answer["FunctionUrl"]).netloc
    identifier = host.partition(".lambda-url.")[0].replace(".", "-").replace(":", "-")
    return {"functionArn": answer["FunctionArn"], "functionUrl": answer["FunctionUrl"], "urlId": identifier}
