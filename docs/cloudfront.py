"""The vendor's own domain in front of the sellers' pages: a Pulumi program of your own, not a part of the fleet's.

Configuration: `consent_address`, the output of the fleet's stack; `domain`, such as connect.example.com; `zone`, the id
of its hosted zone in Route 53. Run it in us-east-1: CloudFront takes certificates and web ACLs from no other region.
docs/consent.md says why each part is as it is.
"""

import pulumi
import pulumi_aws as aws
from pulumi_aws import cloudfront
from pulumi_aws import wafv2 as waf

Statement = waf.WebAclRuleStatementArgs

config = pulumi.Config()
domain = config.require("domain")
origin = config.require("consent_address").split("/")[2]

certificate = aws.acm.Certificate("connect", domain_name=domain, validation_method="DNS")
proof = certificate.domain_validation_options[0]
record = aws.route53.Record(
    "connect-proof",
    zone_id=config.require("zone"),
    name=proof.resource_record_name,
    type=proof.resource_record_type,
    records=[proof.resource_record_value],
    ttl=300,
)
validated = aws.acm.CertificateValidation(
    "connect", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn]
)


def seen(name: str) -> waf.WebAclRuleVisibilityConfigArgs:
    """Count what a rule does; samples would hold the query, and with it a code."""
    return waf.WebAclRuleVisibilityConfigArgs(
        metric_name=name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=False
    )


def longer_than(part: waf.WebAclRuleStatementSizeConstraintStatementFieldToMatchArgs, size: int) -> Statement:
    """Match what is longer than the pages take, in bytes."""
    return Statement(
        size_constraint_statement=waf.WebAclRuleStatementSizeConstraintStatementArgs(
            field_to_match=part,
            comparison_operator="GT",
            size=size,
            text_transformations=[
                waf.WebAclRuleStatementSizeConstraintStatementTextTransformationArgs(priority=0, type="NONE")
            ],
        )
    )


def blocking(name: str, priority: int, statement: Statement) -> waf.WebAclRuleArgs:
    """Block what a statement matches."""
    return waf.WebAclRuleArgs(
        name=name,
        priority=priority,
        action=waf.WebAclRuleActionArgs(block=waf.WebAclRuleActionBlockArgs()),
        statement=statement,
        visibility_config=seen(f"connect-{name}"),
    )


Field = waf.WebAclRuleStatementSizeConstraintStatementFieldToMatchArgs
no_parameters = waf.WebAclRuleStatementSizeConstraintStatementFieldToMatchQueryStringArgs()  # type: ignore[no-untyped-call]
query = Field(query_string=no_parameters)
# CloudFront shows WAF the first 16 KB of a body; what is larger counts as too long.
body = Field(body=waf.WebAclRuleStatementSizeConstraintStatementFieldToMatchBodyArgs(oversize_handling="MATCH"))
rate = waf.WebAclRuleStatementRateBasedStatementArgs(limit=100, evaluation_window_sec=300, aggregate_key_type="IP")
acl = waf.WebAcl(
    "connect",
    scope="CLOUDFRONT",
    default_action=waf.WebAclDefaultActionArgs(allow=waf.WebAclDefaultActionAllowArgs()),
    visibility_config=waf.WebAclVisibilityConfigArgs(
        metric_name="connect", cloudwatch_metrics_enabled=True, sampled_requests_enabled=False
    ),
    rules=[
        blocking("rate", 0, Statement(rate_based_statement=rate)),
        blocking("query", 1, longer_than(query, 8 * 1024)),
        blocking("body", 2, longer_than(body, 16 * 1024 - 1)),
    ],
)
distribution = cloudfront.Distribution(
    "connect",
    enabled=True,
    aliases=[domain],
    web_acl_id=acl.arn,
    origins=[
        cloudfront.DistributionOriginArgs(
            origin_id="consent",
            domain_name=origin,
            custom_origin_config=cloudfront.DistributionOriginCustomOriginConfigArgs(
                http_port=80,
                https_port=443,
                origin_protocol_policy="https-only",
                origin_ssl_protocols=["TLSv1.2"],
                origin_read_timeout=60,
            ),
        )
    ],
    default_cache_behavior=cloudfront.DistributionDefaultCacheBehaviorArgs(
        target_origin_id="consent",
        viewer_protocol_policy="https-only",
        allowed_methods=["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
        cached_methods=["GET", "HEAD"],
        cache_policy_id="4135ea2d-6df8-44a3-9df3-4b5a84be39ad",  # CachingDisabled
        origin_request_policy_id="b689b0a8-53d0-40ab-baf2-68738e2966ac",  # AllViewerExceptHostHeader
    ),
    restrictions=cloudfront.DistributionRestrictionsArgs(
        geo_restriction=cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
    ),
    viewer_certificate=cloudfront.DistributionViewerCertificateArgs(
        acm_certificate_arn=validated.certificate_arn,
        ssl_support_method="sni-only",
        minimum_protocol_version="TLSv1.2_2021",
    ),
)
aws.route53.Record(
    "connect",
    zone_id=config.require("zone"),
    name=domain,
    type="A",
    aliases=[
        aws.route53.RecordAliasArgs(
            name=distribution.domain_name, zone_id=distribution.hosted_zone_id, evaluate_target_health=False
        )
    ],
)
