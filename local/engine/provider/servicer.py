"""The provider as the engine calls it: Pulumi's gRPC protocol (sdk/proto/pulumi/provider.proto)."""

from __future__ import annotations

from functools import wraps
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeVar

import grpc
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from local.engine.provider import invokes
from local.engine.provider.catalogue import resource_type
from local.engine.provider.check import check, fresh_name
from local.engine.provider.clients import Aws, Clients
from local.engine.provider.configuration import Configuration, configuration, failures
from local.engine.provider.errors import AwsError, Incomplete, Refused, sentence
from local.engine.provider.lifecycle import Lifecycle
from local.engine.provider.state import difference
from local.engine.provider.values import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local.engine.provider.state import Difference
    from local.engine.provider.values import Values

_KINDS = {
    ("add", False): provider_pb2.PropertyDiff.ADD,
    ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("delete", False): provider_pb2.PropertyDiff.DELETE,
    ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("update", False): provider_pb2.PropertyDiff.UPDATE,
    ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


Request = TypeVar("Request")
Response = TypeVar("Response")
Method: TypeAlias = "Callable[[Provider, Request, grpc.ServicerContext], Response]"


def _told_plainly(doing: str) -> Callable[[Method[Request, Response]], Method[Request, Response]]:
    """End a failed request with one sentence; the code tells the engine that the state of the resource is known."""

    def decorate(method: Method[Request, Response]) -> Method[Request, Response]:
        @wraps(method)
        def told(self: Provider, request: Request, context: grpc.ServicerContext) -> Response:
            try:
                return method(self, request, context)
            except Refused as error:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{doing.format(request)}: {error}")
            except AwsError as error:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, sentence(doing.format(request), error))

        return told

    return decorate


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider `aws` for the AWS that `environment` (AWS_ENDPOINT_URL, keys, region) points to.

    Every provider resource of every run has a connection of its own, so the connection tells whose request it is.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._clients = Clients(environment)
        self._configurations: dict[str, Configuration] = {}

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Accept the engine; without this call it does not go on."""
        del request, context
        return empty_pb2.Empty()

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Ask for secrets to come sealed, and for outputs and resources as plain values."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Claim the version of pulumi-aws that this provider behaves like: the installed one."""
        del request, context
        return plugin_pb2.PluginInfo(version=version("pulumi-aws"))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Refuse arguments of the provider resource that the bench does not know."""
        del context
        wrong = failures(decode(request.news).values)
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(wrong))

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Name the provider arguments that changed; none replaces the provider, a resource sees its region change."""
        del context
        old, new = decode(request.old_inputs).values, decode(request.news).values
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some if changed else none, diffs=changed)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Keep the provider resource's arguments for the requests that follow on the same connection."""
        config = configuration(decode(request.args).values, self._clients.default_region)
        self._configurations[context.peer()] = config
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_told_plainly("calling {.tok}")
    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Answer a function of the package, such as `get_caller_identity`."""
        aws = Aws(self._clients, self._configuration(context).region)
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(invokes.invoke(aws, request.tok)))
        return response

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Complete a resource's inputs, and refuse what the bench does not know by name."""
        news, olds = decode(request.news), decode(request.olds)
        try:
            kind = resource_type(request.type)
        except Refused as refusal:
            return provider_pb2.CheckResponse(inputs=request.news, failures=_failures([str(refusal)]))
        rules = self._configuration(context).tags
        fresh = fresh_name(kind.autoname, request.name, request.randomSeed)
        inputs, wrong = check(kind, news.values, olds.values, rules, fresh)
        return provider_pb2.CheckResponse(inputs=encode(inputs, news.secret), failures=_failures(wrong))

    @_told_plainly("comparing {0.type} {0.id}")
    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Tell what a run would change, place by place, and whether that takes a new resource."""
        news, olds = decode(request.news).values, decode(request.olds).values
        life = self._lifecycle(request.type, news, context)
        return _diff_response(difference(life.kind, news, olds, life.aws.region))

    @_told_plainly("creating {0.type} {0.name}")
    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create a resource, or tell a preview what is known of it."""
        inputs = decode(request.properties)
        life = self._lifecycle(request.type, inputs.values, context)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(life.preview_create(inputs.values), inputs.secret))
        try:
            identifier, state = life.create(inputs.values)
        except Incomplete as failure:
            now, _ = life.read(failure.id, inputs.values, {}) or ({}, {})
            _abort_incomplete(context, failure, encode(now, inputs.secret), request.properties)
        return provider_pb2.CreateResponse(id=identifier, properties=encode(state, inputs.secret))

    @_told_plainly("reading {0.type} {0.id}")
    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Look at a resource for a refresh or an import; an empty id says that it is gone."""
        inputs, state = decode(request.inputs), decode(request.properties)
        life = self._lifecycle(request.type, state.values, context)
        found = life.read(request.id, inputs.values, state.values)
        if found is None:
            return provider_pb2.ReadResponse()
        now, after = found
        secret = inputs.secret | state.secret
        return provider_pb2.ReadResponse(id=request.id, properties=encode(now, secret), inputs=encode(after, secret))

    @_told_plainly("updating {0.type} {0.id}")
    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Change a resource in place, or tell a preview what is known of it afterwards."""
        news, olds = decode(request.news), decode(request.olds)
        life = self._lifecycle(request.type, news.values, context)
        if request.preview:
            state = life.preview_update(news.values, olds.values)
        else:
            state = life.update(request.id, news.values, olds.values)
        return provider_pb2.UpdateResponse(properties=encode(state, news.secret))

    @_told_plainly("deleting {0.type} {0.id}")
    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete a resource."""
        state = decode(request.properties).values
        self._lifecycle(request.type, state, context).delete(request.id, state)
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Take note that the user wants to stop; every request here is short and ends by itself."""
        del request, context
        return empty_pb2.Empty()

    def _configuration(self, context: grpc.ServicerContext) -> Configuration:
        try:
            return self._configurations[context.peer()]
        except KeyError:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the engine has not configured this connection")

    def _lifecycle(self, token: str, values: Values, context: grpc.ServicerContext) -> Lifecycle:
        config = self._configuration(context)
        return Lifecycle(resource_type(token), Aws(self._clients, values.get("region") or config.region), config.tags)


def _abort_incomplete(
    context: grpc.ServicerContext, failure: Incomplete, state: struct_pb2.Struct, inputs: struct_pb2.Struct
) -> NoReturn:
    """Hand over what exists, so that the engine keeps it and the next run finishes it."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(id=failure.id, properties=state, inputs=inputs, reasons=[str(failure)])
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=str(failure), details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, str(failure))


def _failures(sentences: Iterable[str]) -> list[provider_pb2.CheckFailure]:
    # Without `property`: the engine would print the property's value, which may be a secret.
    return [provider_pb2.CheckFailure(reason=sentence) for sentence in sentences]


def _diff_response(found: Difference) -> provider_pb2.DiffResponse:
    some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some if found.changed else none,
        diffs=sorted(found.changed),
        replaces=sorted(found.replaces),
        deleteBeforeReplace=found.delete_first,
        hasDetailedDiff=True,
        detailedDiff={path: provider_pb2.PropertyDiff(kind=_KINDS[place]) for path, place in found.places.items()},
    )
