"""Every mail leads to a page that is there, and every page has what a person on call needs."""

import re
import runpy

import click
import pytest

from infra.configuration import PROJECT
from scripts.cli import sellerkeys
from tests.fakes.engine import declare

RUNBOOKS = PROJECT / "docs/runbooks"
PAGES = sorted(path.stem for path in RUNBOOKS.glob("*.md") if path.stem != "README")


def named(text: str) -> set[str]:
    """Name the pages that a text links from outside their folder."""
    return set(re.findall(r"docs/runbooks/([\w-]+)\.md", text))


def test_every_page_is_reached_and_every_link_leads_somewhere(dev_config: dict[str, str]) -> None:
    """Alarms by their description, notices by their text."""
    program = declare(lambda: runpy.run_path(str(PROJECT / "infra"), run_name="__main__"), config=dev_config)
    alarms = "".join(item.inputs["alarmDescription"] for item in program.all("aws:cloudwatch/metricAlarm:MetricAlarm"))
    rules = str([item.inputs for item in program.all("aws:cloudwatch/eventTarget:EventTarget")])
    notices = "".join(
        (PROJECT / f"provisioning/{name}.py").read_text(encoding="utf-8")
        for name in ("calendar/notice", "calendar/ending", "application/request")
    )

    assert named(alarms + rules + notices) == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_it_means_what_to_look_at_and_what_to_do(page: str) -> None:
    """In this order."""
    headings = re.findall(r"^## (.+)$", (RUNBOOKS / f"{page}.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert headings == ["What it means", "What to look at", "What to do"]


@pytest.mark.parametrize("page", [*PAGES, "README"])
def test_a_pages_own_links_lead_somewhere(page: str) -> None:
    """A page that moved takes its links along."""
    linked = set(re.findall(r"\]\(([\w-]+)\.md\)", (RUNBOOKS / f"{page}.md").read_text(encoding="utf-8")))

    assert linked <= set(PAGES)
    assert page != "README" or linked == set(PAGES)


def commands(page: str) -> list[str]:
    """List the commands of ours that a page tells to run."""
    return re.findall(r"`sellerkeys ([^`]+)`", (RUNBOOKS / f"{page}.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_exist(page: str) -> None:
    """With their options; whoever is on call at night cannot guess what we meant."""
    context = click.Context(sellerkeys)
    for name, *arguments in map(str.split, commands(page)):
        command = sellerkeys.get_command(context, name)
        if isinstance(command, click.Group):
            command = command.get_command(context, arguments.pop(0))

        assert command is not None, name
        known = {option for parameter in command.params for option in parameter.opts}
        assert {argument for argument in arguments if argument.startswith("-")} <= known


def test_pages_tell_what_to_run() -> None:
    """The search for commands finds some; each page that asks for a look at a seller names one."""
    assert {line.split()[0] for page in PAGES for line in commands(page)} == {
        "app",
        "approve",
        "check",
        "invite",
        "onboard",
        "prove",
        "repair",
        "rollback",
        "rotate",
        "status",
    }
