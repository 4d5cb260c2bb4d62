"""A function's files: unpacked once, whoever asks."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from local.aws.functions.answer import Deployed
from local.aws.functions.package import unpack

if TYPE_CHECKING:
    from pathlib import Path

_AT_ONCE = 16


def test_unpacked_once_by_many(tmp_path: Path) -> None:
    """Cold starts at the same moment, as after onboarding many sellers, all get the same whole folder."""
    function = _function({f"module_{number}.py": f"number = {number}" for number in range(200)})

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        folders = list(threads.map(lambda _: unpack(function, tmp_path), range(_AT_ONCE)))

    assert len({*folders}) == 1
    assert len(list(folders[0].iterdir())) == 200
    assert [path.name for path in folders[0].parent.iterdir()] == [folders[0].name]


def _function(files: dict[str, str]) -> Deployed:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return Deployed(
        name="many",
        arn="arn:aws:lambda:eu-west-1:123456789012:function:many",
        handler="module_0.handle",
        code=content.getvalue(),
        digest="PLACEHOLDERDIGEST",
        runtime="python3.13",
        environment={},
        timeout=3,
        memory=128,
        region="eu-west-1",
        account="123456789012",
        log_group="/aws/lambda/many",
        role="arn:aws:iam::123456789012:role/functions",
    )
