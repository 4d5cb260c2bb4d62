"""The matrix's rows, as data: which client, which way of reading, what its user copies and pastes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

#: `secret`: the program reads the secret as the seller's reader. `exec`: `sellerkeys exec` runs it. `file`: `sellerkeys
#: export` wrote a file for it.
Way = Literal["secret", "exec", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A package and a way of reading.

    `program` is a Python module of `clients.programs`, or a file of clients/node; `form` the format of `export` or
    `exec`; `at` where below the home folder the client looks for its file; `paste` what its user writes.
    """

    name: str
    package: str
    registry: Literal["PyPI", "npm", "Maven Central", "rule"]
    way: Way
    program: str
    paste: str
    form: str = ""
    at: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    rereads: str = ""

    @property
    def is_node(self) -> bool:
        """Whether it runs on Node, through the proxy that has Amazon's names."""
        return self.program.endswith(".mjs")

    @property
    def is_java(self) -> bool:
        """Whether it runs on Java."""
        return self.program[0].isupper()

    @property
    def calls(self) -> bool:
        """Whether it calls SP-API, of which a seller has 15 calls at once; rules only fetch a token."""
        return self.registry != "rule"


_ASSUMED: Final = "as the seller's reader role"

ROWS: Final = (
    Row(
        name="python-amazon-sp-api, its secret",
        package="python-amazon-sp-api",
        registry="PyPI",
        way="secret",
        program="saleweaver",
        paste='os.environ["SP_API_AWS_SECRET_ID"] = "sellerkeys/prod/sellers/berlin-books/sp-api"\n'
        "Sellers(marketplace=Marketplaces.DE).get_marketplace_participation()",
        rereads="once an hour (its secret cache has no switch), tokens once in 53 minutes",
    ),
    Row(
        name="python-amazon-sp-api, environment",
        package="python-amazon-sp-api",
        registry="PyPI",
        way="exec",
        program="saleweaver",
        form="saleweaver",
        paste="sellerkeys exec berlin-books --format saleweaver -- python worker.py",
        rereads="never: run it anew within 7 days of a new client secret",
    ),
    Row(
        name="python-amazon-sp-api, credentials.yml",
        package="python-amazon-sp-api",
        registry="PyPI",
        way="file",
        program="saleweaver",
        form="saleweaver-file",
        at=".config/python-sp-api/credentials.yml",
        more={"SP_API_DEFAULT_MARKETPLACE": "DE"},
        paste="sellerkeys export berlin-books --format saleweaver-file --to ~/.config/python-sp-api/credentials.yml",
        rereads="with every client object, but the file is a copy: export it anew within 7 days",
    ),
    Row(
        name="amzn-sp-api, its secret by five lines",
        package="amzn-sp-api",
        registry="PyPI",
        way="secret",
        program="official",
        paste='secret = json.loads(secretsmanager.get_secret_value(SecretId=name)["SecretString"])\n'
        'credential = [secret[key] for key in ("clientId", "clientSecret", "refreshToken", "regionCode")]\n'
        "client = SPAPIClient(SPAPIConfig(*credential))",
        rereads="whenever those lines run",
    ),
    Row(
        name="amzn-sp-api, a file",
        package="amzn-sp-api",
        registry="PyPI",
        way="file",
        program="official",
        form="official-python",
        at="berlin-books.json",
        paste="sellerkeys export berlin-books --format official-python --to berlin-books.json\n"
        "SPAPIConfig(**json.load(open('berlin-books.json')))",
        rereads="whenever the file is loaded, but it is a copy: export it anew within 7 days",
    ),
    Row(
        name="AWS's caching library (Python)",
        package="aws-secretsmanager-caching",
        registry="PyPI",
        way="secret",
        program="caching",
        paste="SecretCache().get_secret_string(name)",
        rereads="once an hour; SecretCacheConfig(secret_refresh_interval=300) makes it five minutes",
    ),
    Row(
        name="AWS's caching library (Java), Gson",
        package="aws-secretsmanager-caching-java",
        registry="Maven Central",
        way="secret",
        program="Caching",
        paste="new Gson().fromJson(new SecretCache().getSecretString(name), JsonObject.class)",
        rereads="once an hour; SecretCacheConfiguration.withCacheItemTTL(300_000) makes it five minutes",
    ),
    Row(
        name="aws CLI",
        package="awscli",
        registry="PyPI",
        way="secret",
        program="aws_cli",
        paste="aws secretsmanager get-secret-value --secret-id sellerkeys/prod/sellers/berlin-books/sp-api \\\n"
        "  --query SecretString --output text",
        rereads="at every call",
    ),
    Row(
        name="Amazon's JavaScript SDK, app.config.mjs",
        package="@amazon-sp-api-release/amazon-sp-api-sdk-js",
        registry="npm",
        way="file",
        program="official.mjs",
        form="official-js",
        at="app.config.mjs",
        paste="sellerkeys export berlin-books --format official-js --to app.config.mjs",
        rereads="never: run it anew, with a new file, within 7 days",
    ),
    Row(
        name="Amazon's JavaScript SDK, its secret by AWS's SDK",
        package="@aws-sdk/client-secrets-manager",
        registry="npm",
        way="secret",
        program="secret.mjs",
        paste="const value = await secrets.send(new GetSecretValueCommand({ SecretId }));\n"
        "const secret = JSON.parse(value.SecretString);\n"
        "client.enableAutoRetrievalAccessToken(secret.clientId, secret.clientSecret, secret.refreshToken, null);",
        rereads="whenever those lines run",
    ),
    Row(
        name="npm amazon-sp-api, its file",
        package="amazon-sp-api",
        registry="npm",
        way="file",
        program="amazon-sp-api.mjs",
        form="npm-amazon-sp-api",
        at=".amzspapi/credentials",
        more={"from": "SP_API_REFRESH_TOKEN SP_API_REGION"},
        paste="sellerkeys export berlin-books --format npm-amazon-sp-api --to ~/.amzspapi/credentials\n"
        "new SellingPartner({ region: 'eu', refresh_token: process.env.SP_API_REFRESH_TOKEN })",
        rereads="never: run it anew, with a new file, within 7 days",
    ),
    Row(
        name="npm amazon-sp-api, environment",
        package="amazon-sp-api",
        registry="npm",
        way="exec",
        program="amazon-sp-api.mjs",
        form="npm-amazon-sp-api",
        more={"from": "SP_API_REFRESH_TOKEN SP_API_REGION"},
        paste="sellerkeys exec berlin-books --format npm-amazon-sp-api -- node worker.mjs\n"
        "# only where there is no ~/.amzspapi/credentials: this client takes the file over the environment",
        rereads="never: run it anew within 7 days",
    ),
    Row(
        name="npm @sp-api-sdk/auth, environment",
        package="@sp-api-sdk/auth",
        registry="npm",
        way="exec",
        program="bizon.mjs",
        form="bizon",
        more={"from": "SP_API_REGION"},
        paste="sellerkeys exec berlin-books --format bizon -- node worker.mjs\nnew SellingPartnerApiAuth({})",
        rereads="never: run it anew within 7 days",
    ),
    *(
        Row(
            name=f"{name}: {rule}",
            package=name,
            registry="rule",
            way="secret",
            program="generic",
            more={"READER": reader},
            paste=paste,
            rereads=rereads,
        )
        for name, reader, rule, paste, rereads in (
            (
                "ECS task definition",
                "ecs",
                "a top-level JSON key",
                '{"name": "LWA_CLIENT_SECRET", "valueFrom": "<secret ARN>:clientSecret::"}',
                "at a task's start: force a new deployment after a new client secret",
            ),
            (
                "Secrets Store CSI driver",
                "csi",
                "a jmesPath",
                'jmesPath: [{path: "clientSecret", objectAlias: "lwa-client-secret"}]',
                "as its rotation poll interval says, if rotation is enabled",
            ),
            (
                "chamber",
                "chamber",
                "a flat map of strings with keys of letters, digits, _, - and .",
                "chamber -b secretsmanager read sellerkeys/prod/sellers/berlin-books sp-api",
                "at every start",
            ),
            (
                "external-secrets",
                "external-secrets",
                "a property",
                "remoteRef: {key: sellerkeys/prod/sellers/berlin-books/sp-api, property: clientSecret}",
                "as its refreshInterval says",
            ),
        )
    ),
)

#: Clients of the list that are not run here, and why.
ELSEWHERE: Final = {
    "Amazon's Java SDK (`software.amazon.spapi:spapi-sdk`)": "Maven Central did not hand out 1.0.0, 1.6.1, 1.7.0 or "
    "1.9.0 to the machine of this run; its file is read back by a parser of Java properties",
    "the strict reader of Amazon's Java samples": "sample code, no package; a test holds that the app secret "
    "has exactly the two keys that it accepts",
    "Amazon's C# SDK, FikaAmazonAPI": "NuGet is not reached from here; their files are JSON and are read back as such",
    "Amazon's PHP SDK, jlevers, laravel-spapi, amazon-php": "Packagist is not reached from here; the files of "
    "the first, second and last are read back by PHP itself, that of laravel-spapi by python-dotenv",
    "peddler (Ruby)": "RubyGems is not reached from here",
    "chamber, external-secrets": "the Go proxy did not hand them out; the rows above follow their documented rules",
    "frappe, Airbyte": "applications, not libraries; their documents are read back as JSON",
}
