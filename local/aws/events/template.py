"""What an input transformer makes of an event; pure.

Source: botocore's InputTransformer. A path is `$.name.name…`, the form the examples there have; the bench reads no
other. A name whose path leads nowhere does not show up (EventBridge's user guide, "Transforming input").
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def filled(template: str, paths: Mapping[str, str], event: Mapping[str, Any]) -> str:
    """Put what the paths lead to in place of each `<name>` of the template: text as it is, the rest as JSON."""
    values = {name: _text(_found(path, event)) for name, path in paths.items()}
    return re.sub(r"<([\w.-]+)>", lambda match: values.get(match[1], ""), template)


def _found(path: str, event: Any) -> Any:  # noqa: ANN401 - JSON
    for part in path.removeprefix("$").strip(".").split("."):
        if not isinstance(event, dict) or part not in event:
            return None
        event = event[part]
    return event


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
