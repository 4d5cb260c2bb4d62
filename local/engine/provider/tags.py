"""Tags: which of them the program owns, and the two shapes AWS's services write them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Tags = dict[str, str]


@dataclass(frozen=True, slots=True)
class TagRules:
    """What a provider resource says about tags: its `defaultTags`, and the keys `ignoreTags` leaves to others."""

    defaults: Tags = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def ignores(self, key: str) -> bool:
        """Say whether the tag belongs to somebody else; AWS's own (`aws:`) always do."""
        return key in self.keys or key.startswith(("aws:", *self.prefixes))

    def owned(self, tags: Mapping[str, str]) -> Tags:
        """Leave out the tags that belong to somebody else."""
        return {key: value for key, value in tags.items() if not self.ignores(key)}

    def all(self, tags: Mapping[str, str]) -> Tags:
        """Lay a resource's own tags over the default ones: pulumi-aws's `tagsAll`."""
        return self.owned({**self.defaults, **tags})

    def own(self, tags_all: Mapping[str, str], declared: Mapping[str, str]) -> Tags:
        """Take the default tags out again, except those the resource declares itself."""
        return {key: value for key, value in tags_all.items() if key in declared or self.defaults.get(key) != value}


def pairs(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Write tags as AWS's list of pairs; KMS calls the two fields `TagKey` and `TagValue`."""
    return [{key: name, value: text} for name, text in tags.items()]


def mapping(tags: Iterable[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> Tags:
    """Read AWS's list of pairs."""
    return {tag[key]: tag[value] for tag in tags or ()}
