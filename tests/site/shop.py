"""A vendor's fleet on a running bench: the functions from the product's own zips, and sellers at Amazon."""

from __future__ import annotations

import json
import random
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from infra import archive
from infra.consent_function import HANDLER as CONSENT_HANDLER
from infra.place import Place
from infra.policies.consent import consent_policy
from infra.policies.document import text
from infra.policies.key import held_key_policy
from infra.policies.rotation import rotation_policy
from infra.rotation_function import APP_VARIABLE, HANDLER
from local.amazon.records import ApplicationKind, Registration
from local.amazon.seller_central import SignedIn
from local.bench import REGION
from provisioning import naming, reminder
from provisioning.consent import invitations
from provisioning.consent.invitations import Invitation
from provisioning.fingerprint import partner_print
from provisioning.marketplaces import Region
from provisioning.payload import App
from provisioning.reminder import Template
from provisioning.state import State
from provisioning.table import VARIABLE, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.policies.document import Document
    from local.amazon.records import Seller
    from local.bench import Bench

PROJECT = Path(__file__).resolve().parents[2]
BASE = "dev"
ACCOUNT = "123456789012"
ALL_PERMISSIONS = (
    "customer-details",
    "transactions-and-fulfillments",
    "products-variants-and-collections",
    "inventory",
    "product-listings",
    "reports",
)


@dataclass(frozen=True)
class Merchant:
    """A seller of the fleet: its secret, its row as an invitation shows it, and its account at Amazon."""

    slug: str
    arn: str
    account: Seller
    invitation: Invitation
    own: App | None = field(default=None, repr=False)


class Shop:
    """The fleet `dev` of one bench; `wire` stands between the consent function and the bench where it is given."""

    def __init__(self, bench: Bench, wire: dict[str, str] | None = None) -> None:
        self.bench = bench
        self.amazon = bench.amazon
        self.secrets = self.client("secretsmanager")
        self.dynamodb = self.client("dynamodb")
        self.table = Table(self.dynamodb, naming.table_name(BASE))
        self.merchants: dict[str, Merchant] = {}
        self.url = ""
        self.consent_arn = ""
        self._made = 0
        self._wire = wire or {}
        self._random = random.Random(6)  # noqa: S311 - names
        made = self.amazon.registry.add_application(ApplicationKind.PUBLIC_LISTED)
        self.application = made
        self.app = App(made.client_id, made.secrets[0].value)

    def start(self) -> None:
        """Declare the fleet, deploy its functions, register its addresses with Amazon."""
        self.dynamodb.create_table(
            TableName=naming.table_name(BASE),
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        app = self.secrets.create_secret(Name=naming.app_secret_name(BASE), SecretString=self.app.to_json())
        place = Place(base=BASE, region=REGION, account=ACCOUNT)
        held_key = self.client("kms").create_key(Policy=text(held_key_policy(place)))["KeyMetadata"]["Arn"]
        # The secrets here are under AWS's own key, which asks nobody.
        policy = rotation_policy(place, place.keys)
        reminding = {reminder.VARIABLE: Template("REVOCATION_REMINDER").to_json()}
        rotation = self._deploy(naming.ROTATION, HANDLER, {APP_VARIABLE: app["ARN"], **reminding}, policy)
        self.client("lambda").add_permission(
            FunctionName=naming.function_name(BASE, naming.ROTATION),
            StatementId="rotation",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
            SourceAccount=ACCOUNT,
        )
        self.consent_arn = self._deploy(
            naming.CONSENT,
            CONSENT_HANDLER,
            {
                "SELLERKEYS_BASE": BASE,
                VARIABLE: naming.table_name(BASE),
                "SELLERKEYS_APP_SECRET_ID": app["ARN"],
                "SELLERKEYS_HELD_KEY": held_key,
                "SELLERKEYS_ROTATION_FUNCTION": rotation,
                "SELLERKEYS_ROTATION": "rate(30 days)",
                "SELLERKEYS_CONSENT": json.dumps(
                    {
                        "application": "Example ERP",
                        "contact": "amazon-keys@example.com",
                        "application_id": self.application.application_id,
                    }
                ),
                **self._wire,
            },
            consent_policy(place, place.keys, held_key),
        )
        self.url = self._publish()
        self.register()

    def register(self, **changed: Any) -> None:
        """Register the pages' addresses with Amazon, as a person does once."""
        registration = Registration(
            name="Example ERP", login_uri=f"{self.url}login", redirect_uris=(f"{self.url}callback",)
        )
        self.amazon.registry.register(self.application.client_id, replace(registration, **changed))

    @contextmanager
    def variables(self, **changed: str) -> Iterator[None]:
        """Run the consent function with other variables for a while; an empty one counts as not set."""
        client, name = self.client("lambda"), naming.function_name(BASE, naming.CONSENT)
        before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client.update_function_configuration(FunctionName=name, Environment={"Variables": before | changed})
        try:
            yield
        finally:
            client.update_function_configuration(FunctionName=name, Environment={"Variables": before})

    def merchant(
        self,
        *,
        own: bool = False,
        known: bool = True,
        has_sold: bool = True,
        region: Region = Region.EU,
        marketplaces: tuple[str, ...] = ("DE", "FR"),
        name: str = "Berlin Books",
    ) -> Merchant:
        """Declare a seller, and let it have an account at Amazon; `known`: the roster has its selling partner id."""
        slug = f"s{self._made + len(self.merchants)}-{self._random.randrange(16**6):06x}"
        account = self.amazon.registry.add_seller(region, marketplaces, store_name=name, has_sold=has_sold)
        tags = naming.identity_tags(BASE, slug, region, "own" if own else "shared")
        if known:
            tags |= State(partner=partner_print(BASE, account.selling_partner_id)).to_tags()
        made = self.secrets.create_secret(
            Name=naming.seller_secret_name(BASE, slug),
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        invitation = Invitation(
            seller=slug,
            account_name=name,
            store_url=f"https://{name.lower().replace(' ', '')}.myAmazon.com",
            application="own" if own else "shared",
            region=region,
            marketplaces=marketplaces,
            fulfillment="both",
            permissions=ALL_PERMISSIONS,
            selling_partner_id=account.selling_partner_id if known else "",
        )
        application = self.amazon.registry.add_application(ApplicationKind.PRIVATE) if own else None
        keys = App(application.client_id, application.secrets[0].value) if application else None
        self.merchants[slug] = Merchant(slug, made["ARN"], account, invitation, keys)
        return self.merchants[slug]

    def forget(self) -> None:
        """Take every seller's secret away, so that the list of secrets stays short."""
        for merchant in self.merchants.values():
            self.secrets.delete_secret(SecretId=merchant.arn, ForceDeleteWithoutRecovery=True)
        self._made += len(self.merchants)
        self.merchants.clear()

    def invite(self, merchant: Merchant, lasts: timedelta = timedelta(days=14)) -> str:
        """Make a link, as `sellerkeys invite` does."""
        token = invitations.new_token()
        self.table.put(invitations.entry(token, merchant.invitation, self.bench.clock.now() + lasts))
        return invitations.link(self.url, token)

    def sign_in(self, merchant: Merchant | None) -> None:
        """Sign a seller in at Seller Central; None: nobody is."""
        self.amazon.seller_central.sign_in(SignedIn(merchant.account) if merchant else None)

    def token(self, merchant: Merchant) -> str:
        """Let a seller authorize its own application, and give the refresh token it then holds in its hand."""
        client_id = merchant.own.client_id if merchant.own else self.app.client_id
        account = merchant.account
        consent = self.amazon.registry.authorize(client_id, account.selling_partner_id, account.region)
        return consent.refresh_token

    def tokens_of(self, merchant: Merchant) -> list[str]:
        """List every refresh token that Amazon ever gave for a seller."""
        mine = self.amazon.registry.consents(None, merchant.account.selling_partner_id)
        return [consent.refresh_token for consent in mine]

    def values(self, merchant: Merchant) -> dict[str, str]:
        """Read every value of a seller's secret by its labels; what has none counts under its version."""
        found = self.secrets.list_secret_version_ids(SecretId=merchant.arn, IncludeDeprecated=True)["Versions"]
        return {
            ",".join(sorted(version.get("VersionStages", []))) or version["VersionId"]: self.secrets.get_secret_value(
                SecretId=merchant.arn, VersionId=version["VersionId"]
            )["SecretString"]
            for version in found
        }

    def current(self, merchant: Merchant) -> dict[str, str] | None:
        """Read what a consumer would; None while there is nothing."""
        try:
            text = self.secrets.get_secret_value(SecretId=merchant.arn)["SecretString"]
        except self.secrets.exceptions.ResourceNotFoundException:
            return None
        value: dict[str, str] = json.loads(text)
        return value

    def state(self, merchant: Merchant) -> State:
        """Read a seller's state tags."""
        tags = self.secrets.describe_secret(SecretId=merchant.arn).get("Tags", [])
        return State.from_tags({tag["Key"]: tag["Value"] for tag in tags})

    def note(self, merchant: Merchant, state: State) -> None:
        """Write a seller's state tags."""
        tags = [{"Key": key, "Value": value} for key, value in state.to_tags().items()]
        self.secrets.tag_resource(SecretId=merchant.arn, Tags=tags)

    def items(self) -> dict[str, Any]:
        """Read the whole table by key."""
        found = self.dynamodb.scan(TableName=naming.table_name(BASE), ConsistentRead=True)["Items"]
        return {item["pk"]["S"]: item for item in found}

    def written(self) -> dict[str, Any]:
        """Everything that a request could have written: each secret's versions, labels and tags, and the table."""
        secrets = {
            merchant.slug: self.secrets.describe_secret(SecretId=merchant.arn) for merchant in self.merchants.values()
        }
        kept = ("VersionIdsToStages", "Tags", "RotationEnabled")
        told = {slug: {name: secret.get(name) for name in kept} for slug, secret in secrets.items()}
        return {"secrets": told, "table": self.items()}

    def settle(self) -> None:
        """Wait until nothing rotates."""
        assert self.bench.aws.wait_idle(60)

    def logs(self) -> bytes:
        """Read all that functions said, the bodies of their errors included."""
        return b"".join(path.read_bytes() for path in sorted(self.bench.home.logs.glob("*.log")))

    def client(self, service: str) -> Any:
        """Make a boto3 client."""
        environment = self.bench.environment()
        return boto3.client(
            service,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
            config=Config(retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=50),
        )

    def _deploy(self, function: str, handler: str, variables: dict[str, str], policy: Document) -> str:
        """Deploy a function with the policy that the Pulumi program gives it."""
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam, name = self.client("iam"), naming.function_role_name(BASE, function)
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
        iam.put_role_policy(RoleName=name, PolicyName="of-the-program", PolicyDocument=text(policy))
        made = self.client("lambda").create_function(
            FunctionName=naming.function_name(BASE, function),
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler=handler,
            Timeout=30,
            Code={"ZipFile": archive.build(PROJECT, function, handler).read_bytes()},
            Environment={"Variables": variables},
        )
        return str(made["FunctionArn"])

    def _publish(self) -> str:
        client, name = self.client("lambda"), naming.function_name(BASE, naming.CONSENT)
        for statement, permission in (
            ("url", {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}),
            ("function", {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}),
        ):
            client.add_permission(FunctionName=name, StatementId=statement, Principal="*", **permission)
        return str(client.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"])
