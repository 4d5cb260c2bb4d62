"""What docs/consuming.md shows, taken out of the page and run as it stands, with Amazon's names led to the bench."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from clients.fleet import PROJECT, SELLER, STACK
from clients.running import JAVA, NODE
from local.demo.account import Account
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from clients.fleet import Fleet

PAGE: Final = PROJECT / "docs/consuming.md"
_BLOCK: Final = re.compile(r"^<!-- runs: (\w+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_JAVA: Final = """\
import com.google.gson.*;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

class Snippet {
  public static void main(String[] arguments) throws Exception {
    String roleArn = System.getenv("ROLE_ARN"), secretName = System.getenv("SECRET_NAME");
"""
_PASSWORD: Final = "placeholder"  # noqa: S105 - of a file that holds a certificate and no key


def snippets(language: str) -> list[str]:
    """Take the blocks of a language that are said to run; Java's belong together."""
    found = [code for name, code in _BLOCK.findall(PAGE.read_text(encoding="utf-8")) if name == language]
    return ["".join(found)] if language == "java" and found else found


def run(language: str, code: str, fleet: Fleet, place: Path) -> subprocess.CompletedProcess[str]:
    """Run a block as the ERP's worker, in a folder of its own."""
    command = {"python": _python, "node": _node, "java": _java}[language](code, fleet, place)
    environment = {**fleet.environment("erp"), **_named(fleet), **_led(fleet), "HOME": str(place)}
    return subprocess.run(  # noqa: S603  what our own page shows
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def _named(fleet: Fleet) -> Mapping[str, str]:
    """Tell the two things that a reader of the page has to know."""
    account = Account(STACK, fleet.environment("erp")).number
    return {
        "ROLE_ARN": naming.reader_role_arn(account, STACK, SELLER),
        "SECRET_NAME": naming.seller_secret_name(STACK, SELLER),
    }


def _led(fleet: Fleet) -> Mapping[str, str]:
    """Lead Amazon's own names to the bench, by each language's means."""
    proxy = fleet.disguise
    return {
        "HTTPS_PROXY": proxy.url,
        "NO_PROXY": "127.0.0.1",
        "SSL_CERT_FILE": str(proxy.authority),
        "REQUESTS_CA_BUNDLE": str(proxy.authority),
        "GLOBAL_AGENT_HTTPS_PROXY": proxy.url,
        "GLOBAL_AGENT_NO_PROXY": "127.0.0.1",
        "NODE_EXTRA_CA_CERTS": str(proxy.authority),
    }


def _python(code: str, _fleet: Fleet, place: Path) -> list[str]:
    file = place / "snippet.py"
    file.write_text(code, encoding="utf-8")
    return [sys.executable, "-m", "clients.programs.snippet", str(file)]


def _node(code: str, _fleet: Fleet, place: Path) -> list[str]:
    # Node looks for packages above the file.
    (place / "node_modules").symlink_to(NODE / "node_modules")
    file = place / "snippet.mjs"
    told = "const roleArn = process.env.ROLE_ARN, secretName = process.env.SECRET_NAME;\n"
    file.write_text(told + code, encoding="utf-8")
    return ["node", "--require", str(NODE / "node_modules/global-agent/bootstrap.js"), str(file)]


def _java(code: str, fleet: Fleet, place: Path) -> list[str]:
    file, trusted = place / "Snippet.java", place / "trusted.p12"
    file.write_text(f"{_JAVA}{code}  }}\n}}\n", encoding="utf-8")
    imported = ["keytool", "-importcert", "-noprompt", "-alias", "bench", "-file", str(fleet.disguise.authority)]
    subprocess.run(  # noqa: S603  Java's own tool
        [*imported, "-keystore", str(trusted), "-storetype", "PKCS12", "-storepass", _PASSWORD],
        check=True,
        capture_output=True,
    )
    host, _, port = fleet.disguise.url.rpartition("/")[2].partition(":")
    told = {
        "https.proxyHost": host,
        "https.proxyPort": port,
        "http.nonProxyHosts": "127.0.0.1",
        "javax.net.ssl.trustStore": str(trusted),
        "javax.net.ssl.trustStorePassword": _PASSWORD,
    }
    classes = (JAVA / "classpath").read_text(encoding="utf-8").strip()
    return ["java", "-cp", classes, *(f"-D{name}={value}" for name, value in told.items()), str(file)]
