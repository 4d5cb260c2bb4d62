"""AWS's `credential_process` of the clients: becomes the ERP's worker and then the seller's reader, each time anew.

The bench ends keys by the machine's time, as signatures are dated; a client here may live on another clock, and has to
hear when its keys end by that one.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3

_LAST = timedelta(minutes=50)


def main() -> None:
    """Print a session's keys as AWS's libraries want them from a process."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    keys = {"AccessKeyId": told["key"], "SecretAccessKey": told["secret"], "SessionToken": None}
    for role in told["roles"]:
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], told["region"])
        sts = session.client("sts", endpoint_url=told["endpoint"])
        keys = dict(sts.assume_role(RoleArn=role, RoleSessionName="erp-worker")["Credentials"])
    ends = datetime.now(UTC) + _LAST
    kept = {name: keys[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    print(json.dumps({"Version": 1, **kept, "Expiration": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}))  # noqa: T201  its output


if __name__ == "__main__":
    main()
