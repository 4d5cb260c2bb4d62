"""The condition keys this folder knows (Service Authorization Reference; IAM: reference_policies_condition-keys)."""

from typing import Final

from isolation.refusal import Refused

#: Keys with at most one value in a request.
_SINGLE: Final = frozenset({
    "aws:calledviafirst", "aws:calledvialast", "aws:currenttime", "aws:epochtime", "aws:multifactorauthpresent",
    "aws:principalaccount", "aws:principalarn", "aws:principalisawsservice", "aws:principalorgid",
    "aws:principalservicename", "aws:principaltype", "aws:requestedregion", "aws:resourceaccount",
    "aws:securetransport", "aws:sourceaccount", "aws:sourcearn", "aws:sourceidentity", "aws:sourceip",
    "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:tokenissuetime", "aws:useragent", "aws:userid",
    "aws:username", "aws:viaawsservice",
    "cloudwatch:namespace", "events:detail-type", "events:source",
    "iam:awsservicename", "iam:passedtoservice", "iam:permissionsboundary", "iam:policyarn",
    "iam:associatedresourcearn",
    "kms:calleraccount", "kms:encryptionalgorithm", "kms:grantisforawsresource",
    "kms:keyorigin", "kms:keyspec", "kms:keyusage", "kms:requestalias", "kms:viaservice",
    "lambda:functionarn", "lambda:functionurlauthtype", "lambda:invokedviafunctionurl", "lambda:principal",
    "lambda:sourcefunctionarn",
    "secretsmanager:addreplicaregions", "secretsmanager:blockpublicpolicy", "secretsmanager:description",
    "secretsmanager:forcedeletewithoutrecovery", "secretsmanager:forceoverwritereplicasecret",
    "secretsmanager:kmskeyarn", "secretsmanager:kmskeyid", "secretsmanager:modifyrotationrules",
    "secretsmanager:name", "secretsmanager:recoverywindowindays",
    "secretsmanager:resource/allowrotationlambdaarn", "secretsmanager:rotateimmediately",
    "secretsmanager:rotationlambdaarn", "secretsmanager:secretid", "secretsmanager:secretprimaryregion",
    "secretsmanager:versionid", "secretsmanager:versionstage",
    "ec2:instancetype", "s3:max-keys", "s3:prefix", "sns:endpoint", "sns:protocol",
    "sts:durationseconds", "sts:externalid", "sts:rolesessionname", "sts:sourceidentity",
})  # fmt: skip

#: Keys a request may give several values; they need ForAllValues, ForAnyValue or Null.
_MULTIPLE: Final = frozenset({
    "aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:tagkeys",
    "dynamodb:attributes", "dynamodb:leadingkeys", "kms:encryptioncontextkeys", "sts:transitivetagkeys",
})  # fmt: skip

#: Keys that end in a name of the request's own: a tag's key, or a key of the encryption context.
_PREFIXES: Final = (
    "aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "iam:resourcetag/", "kms:encryptioncontext:",
    "secretsmanager:resourcetag/",
)  # fmt: skip

#: Given by the principal that asks, never by a request's own context (IAM: reference_policies_condition-keys).
OF_PRINCIPAL: Final = (
    "aws:principalaccount", "aws:principalarn", "aws:principalisawsservice", "aws:principalservicename",
    "aws:principaltag/", "aws:principaltype",
)  # fmt: skip


def known(name: str) -> str:
    """Write a condition key as it is compared, in lower case; raises Refused for one this folder does not know."""
    key = name.lower()
    if key in _SINGLE or key in _MULTIPLE or any(_extends(key, prefix) for prefix in _PREFIXES):
        return key
    raise Refused(f"condition key {name} is not known to the evaluator")


def is_multiple(key: str) -> bool:
    """Say whether a request may give several values for it."""
    return key in _MULTIPLE


def _extends(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and len(key) > len(prefix)
