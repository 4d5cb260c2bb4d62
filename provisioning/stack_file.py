"""A stack's file, `Pulumi.<stack>.yaml`, as it lies in the project's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from provisioning import settings
from provisioning.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path


def own_keys(path: Path) -> dict[str, Any]:
    """Read the keys of our namespace out of a stack's file, without the namespace; raises BadInput."""
    namespace = f"{settings.NAMESPACE}:"
    return {
        str(key).removeprefix(namespace): value
        for key, value in configuration(path).items()
        if str(key).startswith(namespace)
    }


def configuration(path: Path) -> dict[str, Any]:
    """Read all of a stack's configuration; raises BadInput that names the file."""
    name = path.name
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{name}: there is none here: go to the project's folder, or name another --stack") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadInput(f"{name}{line}: this is not YAML ({error.problem})") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadInput(f"{name}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    config = document.get("config") if isinstance(document, dict) else None
    if not isinstance(config, dict):
        raise BadInput(f"{name}: has no `config:`")
    return config
