"""Runs a block of Python out of docs/consuming.md, which knows `role_arn` and `secret_name`, and nothing of a bench.

urllib3 alone takes no proxy from the environment, and Amazon's client makes its pool by itself; so the pool is the
proxy's here, and the block is as it stands. AWS's client has taken its own pool by then.
"""

from __future__ import annotations

import os
import runpy
import sys
from functools import partial

import botocore.httpsession
import urllib3

assert vars(botocore.httpsession)["PoolManager"] is urllib3.PoolManager  # noqa: S101  taken before the next line
pool = partial(urllib3.ProxyManager, os.environ["HTTPS_PROXY"])
urllib3.PoolManager = lambda **told: pool(**told | {"ca_certs": os.environ["SSL_CERT_FILE"]})  # type: ignore[misc, assignment]

if __name__ == "__main__":
    names = {"role_arn": os.environ["ROLE_ARN"], "secret_name": os.environ["SECRET_NAME"]}
    runpy.run_path(sys.argv[1], init_globals=names)
