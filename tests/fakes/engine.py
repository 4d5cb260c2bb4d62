"""A small Pulumi engine: runs a program to its end and keeps what it declared."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import mocks, register_stack_transformation, set_all_config, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ACCOUNT = "123456789012"


@dataclass(frozen=True, slots=True)
class Declared:
    """One resource as the engine was asked for it; `provider` is the provider's name, `protected` its option."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    provider: str
    protected: bool

    def document(self, name: str) -> Any:
        """Read an input that is a JSON document."""
        return json.loads(self.inputs[name])


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything a program declared, in the order it arrived, and its outputs."""

    resources: tuple[Declared, ...]
    outputs: Mapping[str, Any]

    def all(self, type_: str) -> list[Declared]:
        """List the resources of a type, such as `aws:iam/role:Role`."""
        return [resource for resource in self.resources if resource.type == type_]

    def one(self, type_: str) -> Declared:
        """Give the only resource of a type."""
        (resource,) = self.all(type_)
        return resource


def declare(
    program: Callable[[], object],
    *,
    stack: str = "dev",
    config: Mapping[str, str] | None = None,
    left: Mapping[str, Mapping[str, Any]] | None = None,
    preview: bool = False,
) -> Declaration:
    """Run `program` as `pulumi up` would; `config` is as the engine has it: texts, structures as JSON.

    `left` are the outputs that stacks' last runs left, by the stack's name.
    """
    engine = _Engine(dict(left or {}))
    outputs: dict[str, Any] = {}

    def run() -> pulumi.Output[None]:
        register_stack_transformation(engine.see_options)
        program()
        return pulumi.Output.all(**settings.get_root_resource().outputs).apply(outputs.update)

    with _event_loops():
        settings.set_root_resource(None)
        mocks.set_mocks(engine, project="sellerkeys", stack=stack, preview=preview)
        set_all_config(dict(config or {}))
        mocks.test(run)()
    return Declaration(tuple(engine.declared()), outputs)


@contextmanager
def _event_loops() -> Iterator[None]:
    """Lend the SDK the loops it needs, one here and one in the thread its calls run in; it closes none of its own."""
    with ExitStack() as cleanup:
        here, there = (cleanup.enter_context(closing(asyncio.new_event_loop())) for _ in range(2))
        executor = ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(there,))
        here.set_default_executor(cleanup.enter_context(executor))
        asyncio.set_event_loop(here)
        cleanup.callback(asyncio.set_event_loop, None)
        cleanup.callback(_abandon_tasks, here)
        yield


def _abandon_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """End what still waits after a program that failed: left to the garbage collector, it would strike anywhere."""
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))


@dataclass
class _Engine(mocks.Mocks):
    """Makes every resource there is."""

    left: Mapping[str, Mapping[str, Any]]
    made: list[mocks.MockResourceArgs] = field(default_factory=list)
    protected: set[tuple[str, str]] = field(default_factory=set)

    def call(self, args: mocks.MockCallArgs) -> Any:
        """Answer the one question the program asks; another one fails the test."""
        return {"aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT}}[args.token]

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Give a resource its id, its ARN and what else a program takes from it."""
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {**args.inputs, "outputs": self.left.get(args.name.rpartition("/")[2], {})}
        self.made.append(args)
        told = {"arn": f"arn:{args.typ}:{args.name}", "keyId": f"{args.name}-key"}
        if args.typ == "aws:lambda/functionUrl:FunctionUrl":
            told["functionUrl"] = f"https://{args.name}.example/"
        if args.typ == "aws:acm/certificate:Certificate":
            proof = {"resourceRecordName": "_proof", "resourceRecordType": "CNAME", "resourceRecordValue": "_value"}
            told["domainValidationOptions"] = [proof]
        if args.typ == "aws:cloudfront/distribution:Distribution":
            told |= {"domainName": "d1.example", "hostedZoneId": "ZDISTRIBUTION"}
        return f"{args.name}-id", {**args.inputs, **told}

    def see_options(self, args: pulumi.ResourceTransformationArgs) -> None:
        """Note what mocks are not shown: a resource's options."""
        if args.opts.protect:
            self.protected.add((args.type_, args.name))

    def declared(self) -> list[Declared]:
        """List what was made; the provider's name stands last but one in its reference."""
        return [
            Declared(
                type=args.typ,
                name=args.name,
                inputs=args.inputs,
                provider=args.provider.split("::")[-2] if args.provider else "",
                protected=(args.typ, args.name) in self.protected,
            )
            for args in self.made
        ]
