"""The evidence as one HTML page for a person: no script, nothing from another host, fit for paper."""

from __future__ import annotations

import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from provisioning.auditing.rows import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: An ARN of IAM up to what tells it apart in one account: whatever its path, no two roles share a name.
_IAM: Final = re.compile(r"arn:aws:iam::\d{12}:(?P<kind>(?:role|user)/)?(?:[\w+=,.@-]+/)*")
_NONE: Final = "\N{EN DASH}"
#: How each verdict is marked: a class of the style sheet and a sign, so that colour is never all.
_MARKS: Final = {
    Verdict.SHOWN: ("shown", "✓"),
    Verdict.PARTLY: ("part", "◐"),
    Verdict.NOT_MET: ("bad", "✗"),
    Verdict.ASK: ("ask", "?"),
}
_FORBIDDEN: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(found: Mapping[str, Any]) -> str:
    """Write the page of an evidence document."""
    fleet = found["fleet"]
    title = f"Evidence for the fleet {fleet['base']}"
    style = files("scripts").joinpath("evidence_page.css").read_text(encoding="utf-8")
    body = "\n".join(
        (
            _header(found),
            _section("Who can read which seller", _SELLERS_LEAD, _sellers(found)),
            _section("What Amazon asks, and this account shows", _ROWS_LEAD, _rows(found["rows"])),
            _section("What no machine can show", _PERSONS_LEAD, _persons(found["rows"])),
            _section("Access to review this quarter", _REVIEW_LEAD, _review(found)),
            _section("Key, logs and contact", None, _cards(found)),
            f"<footer><p>{_FOOTER}</p></footer>",
        )
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_FORBIDDEN)}">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


_ROWS_LEAD: Final = "What was seen of each row, and whom to ask for what cannot be seen from here."
_PERSONS_LEAD: Final = "Rows of Amazon's that nothing in this account answers, each with the person who can."
_SELLERS_LEAD: Final = (
    "Decided from the roles, policies and key as they are deployed, for every identity of the account and both locks on"
    " each value: the secret's policy and the key's. Moments are UTC."
)
_REVIEW_LEAD: Final = (
    "Every identity that can read a value, and who may become it. Whoever may change policies or code in this account"
    " could give himself more: that change is what the deployer's own review and the alarms are for."
)
_FOOTER: Final = (
    "Written by <code>sellerkeys evidence</code>. No secret's value was read for this page. The same state of the"
    " account gives the same page, byte for byte, so it bears no date of writing."
)


def _header(found: Mapping[str, Any]) -> str:
    fleet, summary = found["fleet"], found["summary"]
    facts = (
        ("Account", fleet["account"]),
        ("Region", fleet["region"]),
        ("Sellers", str(fleet["sellers"])),
        ("Isolation", fleet["isolation"]),
        ("Newest mark in this state", _when(fleet["newest_moment"])),
    )
    listed = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    band = "".join(
        f'<li class="{_MARKS[verdict][0]}"><b>{summary[str(verdict)]}</b>{_MARKS[verdict][1]} {escape(verdict)}</li>'
        for verdict in Verdict
    )
    undeclared = ", ".join(fleet["undeclared"])
    waits = f'<p class="bad">Not declared yet, so not looked at: {escape(undeclared)}</p>' if undeclared else ""
    return (
        '<header><p class="kicker">Evidence · Amazon Data Protection Policy</p>'
        f"<h1>The fleet {escape(fleet['base'])}</h1>"
        f'<p class="lead">SP-API credentials of {escape(fleet["application"])}: who can read them, how they are kept,'
        " and when they were last proven.</p>"
        f'<dl class="facts">{listed}</dl>{waits}'
        f'<p class="caveat"><strong>Policy version {escape(found["policy"]["effective"])}.</strong> '
        f"{escape(found['policy']['caveat'])}</p>"
        f'<ul class="band">{band}</ul></header>'
    )


def _rows(rows: Iterable[Mapping[str, Any]]) -> str:
    return _table(
        ("Row", "What is asked", "Verdict", "What was seen"),
        [
            (
                f'<span class="id">{escape(row["id"])}</span>',
                _asked(row),
                _chip(row["verdict"]),
                _listed(row["seen"]) + (f'<p class="ask">Ask {escape(row["ask"])}</p>' if row["ask"] else ""),
            )
            for row in rows
            if row["verdict"] != Verdict.ASK
        ],
    )


def _persons(rows: Iterable[Mapping[str, Any]]) -> str:
    return _table(
        ("Row", "What is asked", "Ask"),
        [
            (f'<span class="id">{escape(row["id"])}</span>', _asked(row), escape(row["ask"]))
            for row in rows
            if row["verdict"] == Verdict.ASK
        ],
    )


def _asked(row: Mapping[str, Any]) -> str:
    return f'<p>{escape(row["asks"])}</p><p class="source">{escape(row["source"])}</p>'


def _sellers(found: Mapping[str, Any]) -> str:
    rows = [
        _seller(seller, f"{seller['name']}", f"{seller['seller']} · {seller['region']}") for seller in found["sellers"]
    ]
    app = found["app_secret"]
    rows.append(_seller(app, "The shared application", app["name"]))
    table = _table(("Seller", "State", "Proven", "Last rotated", "Rotates", "Read by"), rows)
    doubts = [f"{doubt['who']}: {doubt['why']}" for doubt in found["undecided"]]
    return table + (f'<h3 class="bad">Of whom it cannot be said</h3>{_listed(doubts)}' if doubts else "")


def _seller(held: Mapping[str, Any], name: str, below: str) -> tuple[str, ...]:
    state = held["status"] or ("filled" if held["has_value"] else "empty")
    end = held.get("consent_end")
    consent = f'<p class="soft">consent ends {escape(end)}</p>' if end else ""
    cause = f'<p class="bad">{escape(held["cause"])}</p>' if held["cause"] and state != "active" else ""
    return (
        f'<p class="name">{escape(name)}</p><p class="soft">{escape(below)}</p>{consent}',
        f"<p>{escape(state)}</p>{cause}",
        f'<span class="when">{_when(held["proven"])}</span>',
        f'<span class="when">{_when(held.get("last_rotated"))}</span>',
        escape(
            held.get("rotation") or "not by Secrets Manager" if "rotation" not in held else held["rotation"] or "off"
        ),
        "".join(_reader(reader) for reader in held["readers"]) or '<p class="soft">nobody yet</p>',
    )


def _reader(reader: Mapping[str, Any]) -> str:
    kind, sign = ("shown", "✓") if reader["by_design"] else ("bad", "✗ not by design:")
    tags = ", ".join(f"{key} = {value}" for key, value in reader["session_tags"].items())
    more = [f"in a session tagged {tags}"] if tags else []
    more += ["only in some circumstances"] if reader["only_sometimes"] else []
    said = f' <span class="soft">{escape("; ".join(more))}</span>' if more else ""
    return f'<p><span class="{kind}">{sign}</span> <code>{escape(_short(reader["who"]))}</code>{said}</p>'


def _review(found: Mapping[str, Any]) -> str:
    rows = [
        (
            f"<code>{escape(_short(each['who']))}</code>",
            escape(", ".join(each["reads"])),
            "".join(f"<p><code>{escape(_short(arn))}</code></p>" for arn in each["become_by"]) or _NONE,
            '<span class="box" role="img" aria-label="to tick"></span>',
            '<span class="box" role="img" aria-label="to tick"></span>',
        )
        for each in found["review"]
    ]
    table = _table(("Identity", "Reads", "Who may become it", "Keep", "Remove"), rows)
    return f'{table}<div class="sign"><span>Name</span><span>Date</span><span>Signature</span></div>'


def _cards(found: Mapping[str, Any]) -> str:
    key, contact = found["key"], found["contact"]
    rotates = f"every {key['rotates_every_days']} days" if key["rotates_every_days"] else "no"
    receives = [
        f"{who['address']} ({who['protocol']}, {'confirmed' if who['confirmed'] else 'not confirmed'})"
        for who in contact["receives"]
    ]
    logs = [
        f"{log['name']}: {log['days']} days" if log["days"] else f"{log['name']}: for ever" for log in found["logs"]
    ]
    silent = [alarm["name"] for alarm in contact["alarms"] if not alarm["tells"]]
    cards = (
        (
            "Key",
            (
                ("Alias", [key["alias"]]),
                ("Kind", [f"{key['spec']}, managed by the {key['manager'].lower()}, {key['state'].lower()}"]),
                ("Its material rotates", [rotates]),
                ("Granted beside its policy", key["granted_to"] or ["to nobody"]),
            ),
        ),
        ("Logs", (("Kept", logs), ("Can be read by", [_short(arn) for arn in found["log_readers"]] or ["nobody"]))),
        (
            "Contact for incidents",
            (
                ("Address", [contact["address"]]),
                ("Alarms reach", receives or ["nobody"]),
                ("Alarms", [f"{len(contact['alarms'])}, {len(silent)} of them silent"]),
            ),
        ),
    )
    return '<div class="cards">' + "".join(_card(title, facts) for title, facts in cards) + "</div>"


def _card(title: str, facts: Iterable[tuple[str, Sequence[str]]]) -> str:
    listed = "".join(
        f"<dt>{escape(name)}</dt>" + "".join(f"<dd><code>{escape(value)}</code></dd>" for value in values)
        for name, values in facts
    )
    return f"<section><h3>{escape(title)}</h3><dl>{listed}</dl></section>"


def _section(title: str, lead: str | None, content: str) -> str:
    said = f'<p class="lead">{escape(lead)}</p>' if lead else ""
    return f"<section><h2>{escape(title)}</h2>{said}{content}</section>"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>'


def _chip(verdict: str) -> str:
    kind, sign = _MARKS[Verdict(verdict)]
    return f'<span class="chip {kind}">{sign} {escape(verdict)}</span>'


def _listed(lines: Sequence[str]) -> str:
    if len(lines) == 1:
        return f"<p>{escape(_short(lines[0]))}</p>"
    return "<ul>" + "".join(f"<li>{escape(_short(line))}</li>" for line in lines) + "</ul>" if lines else ""


def _short(text: str) -> str:
    """Leave out of ARNs of IAM what tells nothing in one account."""
    return _IAM.sub(lambda found: found["kind"] or "", text)


def _when(moment: str | None) -> str:
    return moment.replace("T", " ")[:16] if moment else _NONE
