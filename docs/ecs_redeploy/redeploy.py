"""The function behind the rule: new tasks, which read the secret anew, take the place of those that run."""

import os

import boto3


def handle(_event: object, _context: object) -> None:
    """Redeploy; an error makes Lambda try again, twice."""
    cluster, service = os.environ["CLUSTER"], os.environ["SERVICE"]
    boto3.client("ecs").update_service(cluster=cluster, service=service, forceNewDeployment=True)
