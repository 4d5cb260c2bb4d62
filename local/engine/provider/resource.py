"""What a resource type is: a table of its arguments, and how to create, read, update and delete one at AWS."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from local.engine.provider.documents import same_document

if TYPE_CHECKING:
    from local.engine.provider.clients import Aws
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import PropertyValue, Values

Same = Callable[["PropertyValue", "PropertyValue"], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a resource type, under the name it has on the wire (`recoveryWindowInDays`).

    `replaces`: a change makes a new resource. `default`: what AWS does where it is absent. `chosen_by_aws`: where it is
    absent AWS picks a value, so absence is no wish. `fields`: the names it may have inside. `same`: whether two values,
    neither of them absent, mean the same.
    """

    required: bool = False
    replaces: bool = False
    default: PropertyValue = None
    chosen_by_aws: bool = False
    fields: frozenset[str] = frozenset()
    same: Same = operator.eq


@dataclass(frozen=True, slots=True)
class AutoName:
    """How pulumi-aws names a resource that was given none: prefix, logical name, hyphen, seven random characters."""

    argument: str = "name"
    limit: int = 255
    prefix: str = ""


def same_set(one: PropertyValue, other: PropertyValue) -> bool:
    """Compare two lists of strings whose order means nothing."""
    return sorted(one or ()) == sorted(other or ())


def document(*, required: bool = False, chosen_by_aws: bool = False) -> Argument:
    """Declare an argument that is a JSON document, compared by meaning."""
    return Argument(required=required, chosen_by_aws=chosen_by_aws, same=same_document)


Arguments = Mapping[str, Argument]

NAME: Final = Argument(replaces=True, chosen_by_aws=True)
REGION: Final = Argument(replaces=True, chosen_by_aws=True)
TAGS: Final[Arguments] = {"tags": Argument(), "tagsAll": Argument(default={})}


@dataclass(frozen=True, slots=True)
class Existing:
    """A resource that is there: its AWS, its id, and the state Pulumi holds (empty on an import)."""

    aws: Aws
    id: str
    state: Values


class ResourceType(ABC):
    """One resource type; its subclasses hold no state, and their methods run in several threads at once.

    `inputs` are every argument as it is to be, defaults and AWS's choices filled in. Errors of AWS pass through; the
    servicer turns them into sentences.
    """

    pulumi_type: ClassVar[str]
    arguments: ClassVar[Arguments]
    outputs: ClassVar[tuple[str, ...]] = ("arn",)
    """What only AWS can tell; unknown until the resource is there."""
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Those outputs that any update may change."""
    autoname: ClassVar[AutoName | None] = AutoName()
    one_of: ClassVar[tuple[str, ...]] = ()
    """Arguments of which one has to be there, though a preview may not know it yet."""

    def check(self, inputs: Values) -> Iterator[str]:
        """Yield a sentence for what AWS would refuse and a preview should show; `inputs` lacks what is unknown."""
        del inputs
        yield from ()

    @abstractmethod
    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """Create it in one call; return its id and its outputs."""

    def complete(self, existing: Existing, inputs: Values) -> None:  # noqa: B027 - most types have nothing left to do
        """Do the rest of a creation that AWS does not take in one call."""

    @abstractmethod
    def read(self, existing: Existing) -> Values | None:
        """Look at it: the arguments and outputs that AWS shows; None if it is gone."""

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """Make the `changed` arguments as `inputs` says, tags excepted; return the outputs that changed with them.

        A type whose arguments all replace has nothing to do.
        """
        del existing, inputs, changed
        return {}

    @abstractmethod
    def delete(self, existing: Existing) -> None:
        """Delete it; its being gone already is no error."""

    def tag(self, existing: Existing, tags: Tags) -> None:
        """Set these tags, leaving others alone; only types that take tags are asked."""
        raise NotImplementedError

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """Remove the tags with these keys; only types that take tags are asked."""
        raise NotImplementedError
