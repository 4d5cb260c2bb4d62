"""`python -m infra.policies.attach OUT --stack prod --region eu-west-1 --account …`: what to attach to people's roles.

docs/policies/ holds it for the demo's fleet. Plain argparse: the program's folder imports no command line.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.place import Place
from infra.policies.auditor import auditor
from infra.policies.deployer import deployer
from infra.policies.document import ROLE_POLICY_LIMIT, text
from infra.policies.people import on_call, onboarder
from infra.policies.reasoned import policy
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.policies.reasoned import Reasoned
    from provisioning.settings import Isolation

#: The demo's fleet.
DEV: Final = Place(base="dev", region="eu-west-1", account="123456789012")

_HEAD: Final = """\
# Policies to attach

For the people of a fleet: whoever onboards sellers, is on call, runs `pulumi up`, or writes `sellerkeys evidence`.
Functions' and readers' policies
are the program's own. These files are for the demo's fleet; for yours:

```
python -m infra.policies.attach policies --stack prod --region eu-central-1 --account 210987654321
aws iam put-role-policy --role-name sellerkeys-on-call --policy-name sellerkeys --policy-document file://policies/on-call.json
```

Each is an inline policy of a role: IAM takes 10,240 characters there, 6,144 in a managed one. Under
`isolation: one-role` add `--one-role`. Made by that command; a test holds them to what it writes now.
"""


def actors(place: Place) -> dict[str, list[Reasoned]]:
    """List whose policies there are."""
    return {
        "onboarder": onboarder(place),
        "on-call": on_call(place),
        "deployer": deployer(place),
        "auditor": auditor(place),
    }


def files(place: Place) -> dict[str, str]:
    """Write each file's text, by its name."""
    found = {f"{name}.json": json.dumps(policy(rows), indent=2) + "\n" for name, rows in actors(place).items()}
    return {**found, "README.md": _HEAD + "".join(_table(name, rows) for name, rows in actors(place).items())}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files; says why not, and gives 2, where an argument is wrong."""
    parser = argparse.ArgumentParser(prog="python -m infra.policies.attach", description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--stack", default=DEV.base)
    parser.add_argument("--region", default=DEV.region)
    parser.add_argument("--account", default=DEV.account)
    parser.add_argument("--one-role", action="store_true", help="for `isolation: one-role`")
    given = parser.parse_args(arguments)
    if not naming.is_base(given.stack):
        parser.error("--stack has to be 1 to 20 of a-z, 0-9 and -, with a letter or digit at both ends")
    if not (given.account.isdecimal() and len(given.account) == len(DEV.account)):
        parser.error("--account has to be twelve digits")
    isolation: Isolation = "one-role" if given.one_role else "role-per-seller"
    place = Place(base=given.stack, region=given.region, account=given.account, isolation=isolation)
    given.out.mkdir(parents=True, exist_ok=True)
    for name, content in files(place).items():
        (given.out / name).write_text(content, encoding="utf-8")
    return 0


def _table(name: str, rows: list[Reasoned]) -> str:
    size = len(text(policy(rows)))
    lines = [f"| `{row.sid}` | {row.statement['Effect'].lower()} | {row.why} |" for row in rows]
    head = f"\n## {name}\n\n[{name}.json]({name}.json), {size:,} of {ROLE_POLICY_LIMIT:,} characters.\n\n"
    return head + "| statement | | why |\n|---|---|---|\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
