"""What `pulumi` gets to run with."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from local.engine.attach import attached

if TYPE_CHECKING:
    from conftest import Project

INLINE = """
    import pulumi
    import pulumi_aws as aws
    from pulumi import automation

    def program():
        provider = aws.Provider("aws", region="eu-west-1")
        secret = aws.secretsmanager.Secret("s", name="a", opts=pulumi.ResourceOptions(provider=provider))
        pulumi.export("name", secret.name)

    stack = automation.create_stack("inline", project_name="inline", program=program)
    print(stack.up().outputs["name"].value, stack.destroy().summary.result)
"""
LOCAL = """
    from pulumi import automation

    stack = automation.select_stack("dev", work_dir=".")
    print(stack.up().outputs["name"].value, stack.up(expect_no_changes=True).summary.result)
"""


def test_everything_stays_in_the_home(engine: dict[str, str], moto: dict[str, str]) -> None:
    """State and Pulumi's own files go into the bench's home; nothing asks the internet for anything."""
    added = {name: value for name, value in engine.items() if moto.get(name) != value}
    home = Path(added["PULUMI_HOME"]).parent

    assert {name: value for name, value in added.items() if not name.startswith(("PULUMI_DEBUG", "PATH"))} == {
        "PULUMI_BACKEND_URL": f"file://{home}/state",
        "PULUMI_HOME": f"{home}/home",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "no_grpc_proxy": "127.0.0.1",
        "PULUMI_SUPPRESS_NEO_LINK": "true",
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
    }


def test_a_language_host_of_its_own_is_used(moto: dict[str, str], tmp_path: Path) -> None:
    """Where Pulumi brings its Python language host, ours is not attached."""
    official = tmp_path / "bin" / "pulumi-language-python"
    official.parent.mkdir()
    official.write_text("")
    official.chmod(0o755)
    environment = {**moto, "PATH": f"{official.parent}{os.pathsep}{moto['PATH']}"}

    with attached(environment, tmp_path) as extra:
        assert "PULUMI_DEBUG_LANGUAGES" not in extra


@pytest.mark.parametrize(
    ("script", "printed"),
    [(INLINE, "a succeeded\n"), (LOCAL, "a succeeded\n")],
    ids=["inline program", "local workspace"],
)
def test_the_automation_api_works(project: Project, script: str, printed: str) -> None:
    """A script with `pulumi.automation` works in the same environment, on a project or on a function."""
    project.declare("""
        import pulumi
        import pulumi_aws as aws
        pulumi.export("name", aws.secretsmanager.Secret("s", name="a").name)
    """)

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=project.environment,
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == printed


def test_each_provider_keeps_its_own_rules(engine: dict[str, str]) -> None:
    """Two provider resources share our server, each over a connection of its own."""
    port = engine["PULUMI_DEBUG_PROVIDERS"].removeprefix("aws:")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as one, _separate(port) as other:
        here = provider_pb2_grpc.ResourceProviderStub(one)
        there = provider_pb2_grpc.ResourceProviderStub(other)
        here.Configure(_configure("eu-west-1"))
        there.Configure(_configure("us-east-1"))

        assert _preview_region(here) == "eu-west-1"
        assert _preview_region(there) == "us-east-1"


def test_an_unknown_connection_is_refused(engine: dict[str, str]) -> None:
    """Without its own configuration a request could remove tags that belong to others."""
    port = engine["PULUMI_DEBUG_PROVIDERS"].removeprefix("aws:")

    with _separate(port) as channel, pytest.raises(grpc.RpcError) as refused:
        _preview_region(provider_pb2_grpc.ResourceProviderStub(channel))

    assert refused.value.details() == "the engine has not configured this connection"


def _separate(port: str) -> grpc.Channel:
    return grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])


def _configure(region: str) -> provider_pb2.ConfigureRequest:
    request = provider_pb2.ConfigureRequest()
    request.args.update({"region": region})
    return request


def _preview_region(provider: provider_pb2_grpc.ResourceProviderStub) -> str:
    request = provider_pb2.CreateRequest(type="aws:secretsmanager/secret:Secret", preview=True)
    return str(provider.Create(request).properties["region"])
