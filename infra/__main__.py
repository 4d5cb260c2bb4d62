"""The fleet: configuration in, components out.

The base stack holds what there is once, and the first sellers; a shard holds sellers only (design.md 10).
"""

import pulumi
import pulumi_aws as aws

from infra import configuration
from infra.people import People
from infra.place import Place
from infra.positions import without_source_positions
from infra.sellers import declare_sellers
from infra.shared import declare_shared
from provisioning import naming, state

fleet = configuration.load()
settings = fleet.settings
# State tags have other writers; a provider that did not ignore them would delete them (design.md 4).
ignored = aws.ProviderIgnoreTagsArgs(key_prefixes=[state.PREFIX])
provider = aws.Provider("aws", region=settings.region, ignore_tags=ignored)
on_aws = pulumi.ResourceOptions(provider=provider)
account = aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=provider)).account_id
configuration.check_roles(fleet, account)
place = Place(
    base=fleet.base,
    region=settings.region,
    account=account,
    disposable=settings.disposable,
    isolation=settings.isolation,
    people=People.of(settings),
)

configuration.check_rules(place)

_, shard = naming.split_stack(pulumi.get_stack())
with without_source_positions():
    key_arn = None if shard else declare_shared(fleet, place, on_aws)
declare_sellers(fleet, place, shard, key_arn, on_aws)
pulumi.export("base", fleet.base)
pulumi.export("region", settings.region)
