"""AWS's caching library: reads the secret at most once in an hour."""

from __future__ import annotations

import json
import os

from aws_secretsmanager_caching import SecretCache

from clients.programs.loop import serve
from clients.programs.plain import marketplaces

_CACHE = SecretCache()

if __name__ == "__main__":
    serve(lambda: marketplaces(json.loads(_CACHE.get_secret_string(os.environ["SP_API_AWS_SECRET_ID"]))))
