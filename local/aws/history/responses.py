"""CloudTrail over HTTP: moto's parsing, and the look into the history that moto lacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from moto.cloudtrail import urls
from moto.cloudtrail.responses import CloudTrailResponse

from local.aws.history import lookup

if TYPE_CHECKING:
    from local.aws.history.history import History


class Responses(CloudTrailResponse):
    """Answers what moto answers, and LookupEvents."""

    history: ClassVar[History]

    def lookup_events(self) -> str | tuple[int, dict[str, str], str]:
        """Answer LookupEvents."""
        try:
            asked = lookup.read(json.loads(self.body or "{}"))
            events, token = self.history.look_up(self.current_account, self.region, asked)
        except lookup.Refusal as refusal:
            headers = {"x-amzn-ErrorType": refusal.code, "status": "400"}
            return 400, headers, json.dumps({"__type": refusal.code, "message": str(refusal)})
        return json.dumps({"Events": events, **({"NextToken": token} if token else {})})


def install(history: History) -> None:
    """Put the bench's CloudTrail in place of moto's, for each new bench of a process."""
    Responses.history = history
    urls.url_paths["{0}/$"] = Responses.dispatch
