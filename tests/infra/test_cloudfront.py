"""The program of docs/cloudfront.py under Pulumi's mocks: what docs/consent.md promises of the vendor's own domain."""

from __future__ import annotations

import json
import runpy
from typing import TYPE_CHECKING, Any

import pytest

from infra.configuration import PROJECT
from tests.fakes.engine import declare

if TYPE_CHECKING:
    from tests.fakes.engine import Declaration

PROGRAM = PROJECT / "docs" / "cloudfront.py"
ADDRESS = "https://abc.lambda-url.eu-west-1.on.aws/"


@pytest.fixture(scope="module")
def connect() -> Declaration:
    """What the program declares."""
    config = {
        "sellerkeys:domain": "connect.example.com",
        "sellerkeys:consent_address": ADDRESS,
        "sellerkeys:zone": "ZPLACEHOLDER",
    }
    return declare(lambda: runpy.run_path(str(PROGRAM)), config=config)


@pytest.fixture(scope="module")
def distribution(connect: Declaration) -> Any:
    """The distribution's inputs."""
    return connect.one("aws:cloudfront/distribution:Distribution").inputs


@pytest.fixture(scope="module")
def rules(connect: Declaration) -> dict[str, Any]:
    """The firewall's rules by name."""
    acl = connect.one("aws:wafv2/webAcl:WebAcl").inputs
    assert acl["scope"] == "CLOUDFRONT"
    assert acl["defaultAction"] == {"allow": {}}
    return {rule["name"]: rule for rule in acl["rules"]}


def test_what_it_declares(connect: Declaration) -> None:
    """A certificate and its proof, the rules, the distribution, a record that leads there; nothing else."""
    assert sorted((each.type, each.name) for each in connect.resources) == [
        ("aws:acm/certificate:Certificate", "connect"),
        ("aws:acm/certificateValidation:CertificateValidation", "connect"),
        ("aws:cloudfront/distribution:Distribution", "connect"),
        ("aws:route53/record:Record", "connect"),
        ("aws:route53/record:Record", "connect-proof"),
        ("aws:wafv2/webAcl:WebAcl", "connect"),
    ]


def test_the_origin_is_the_functions_own_host(distribution: Any) -> None:
    """HTTPS alone, TLS 1.2, and time enough for a proof that asks Amazon four times."""
    (origin,) = distribution["origins"]

    assert origin["domainName"] == "abc.lambda-url.eu-west-1.on.aws"
    assert origin["customOriginConfig"] == {
        "httpPort": 80,
        "httpsPort": 443,
        "originProtocolPolicy": "https-only",
        "originSslProtocols": ["TLSv1.2"],
        "originReadTimeout": 60,
    }


def test_nothing_is_kept_and_nothing_is_left_out(distribution: Any) -> None:
    """No answer is cached; query, cookies and body go through, all but the Host header.

    By AWS's managed policies, whose ids are the same in every account: CachingDisabled and AllViewerExceptHostHeader
    (CloudFront developer guide, managed cache policies and managed origin request policies).
    """
    behavior = distribution["defaultCacheBehavior"]

    assert behavior["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behavior["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert behavior.keys() == {
        *("targetOriginId", "viewerProtocolPolicy", "allowedMethods"),
        *("cachedMethods", "cachePolicyId", "originRequestPolicyId"),
    }
    assert "orderedCacheBehaviors" not in distribution
    assert behavior["targetOriginId"] == distribution["origins"][0]["originId"]


def test_a_browser_comes_by_https_and_by_any_method(distribution: Any) -> None:
    """The cookie is Secure; what the pages do not take they refuse themselves."""
    behavior = distribution["defaultCacheBehavior"]

    assert behavior["viewerProtocolPolicy"] == "https-only"
    assert set(behavior["allowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}


def test_no_code_gets_into_a_log(distribution: Any, rules: dict[str, Any]) -> None:
    """The callback's query holds one: no access log, and no sampled requests."""
    assert "loggingConfig" not in distribution
    assert {rule["visibilityConfig"]["sampledRequestsEnabled"] for rule in rules.values()} == {False}


def test_a_thousand_hits_from_one_address(distribution: Any, connect: Declaration, rules: dict[str, Any]) -> None:
    """A hundred in five minutes from one address pass; the rule stands before the distribution."""
    acl = connect.one("aws:wafv2/webAcl:WebAcl")

    assert rules["rate"]["statement"]["rateBasedStatement"] == {
        "limit": 100,
        "evaluationWindowSec": 300,
        "aggregateKeyType": "IP",
    }
    assert {name: rule["action"] for name, rule in rules.items()} == {name: {"block": {}} for name in rules}
    assert distribution["webAclId"] == f"arn:{acl.type}:{acl.name}"


@pytest.mark.parametrize(("name", "most"), [("query", 8 * 1024), ("body", 16 * 1024 - 1)])
def test_what_is_too_long_ends_further_out(rules: dict[str, Any], name: str, most: int) -> None:
    """At the limits of the pages themselves; a body of which WAF sees a part only counts as too long."""
    found = rules[name]["statement"]["sizeConstraintStatement"]

    assert (found["comparisonOperator"], found["size"]) == ("GT", most)
    wanted = {"queryString": {}} if name == "query" else {"body": {"oversizeHandling": "MATCH"}}
    assert found["fieldToMatch"] == wanted


def test_the_domain_is_the_vendors_own(distribution: Any, connect: Declaration) -> None:
    """By a certificate for it that was proven in its zone, and a record that leads to the distribution."""
    records = {each.name: each.inputs for each in connect.all("aws:route53/record:Record")}
    certificate = connect.one("aws:acm/certificate:Certificate")

    assert distribution["aliases"] == ["connect.example.com"]
    assert certificate.inputs["domainName"] == "connect.example.com"
    assert distribution["viewerCertificate"]["acmCertificateArn"] == f"arn:{certificate.type}:{certificate.name}"
    assert (records["connect-proof"]["name"], records["connect-proof"]["records"]) == ("_proof", ["_value"])
    assert records["connect"]["aliases"] == [
        {"name": "d1.example", "zoneId": "ZDISTRIBUTION", "evaluateTargetHealth": False}
    ]
    assert {each["zoneId"] for each in records.values()} == {"ZPLACEHOLDER"}
    assert "PLACEHOLDER" not in json.dumps(connect.outputs)
