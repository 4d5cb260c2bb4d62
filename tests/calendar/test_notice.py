"""What people are told."""

from datetime import UTC, datetime

from provisioning.calendar.notice import Notice, notice
from provisioning.fleet_health import Findings, Outage
from provisioning.state import REFUSED, State
from provisioning.store import Secret

MORNING = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)


def secret(seller: str, state: State) -> Secret:
    """A seller's secret with these state tags."""
    return Secret(arn="arn", name="name", tags={"sellerkeys:seller": seller, **state.to_tags()}, versions={})


def test_nothing_changed_is_not_told() -> None:
    """No mail that says that all is well; overdue sellers have an alarm of their own."""
    assert notice("dev", Findings(overdue=(secret("late", State()),))) is None


def test_all_there_can_be_in_one_mail() -> None:
    """Each seller with the cause in words, each finding with its page."""
    found = Findings(
        reauthorize=(secret("berlin-books", State(REFUSED, "invalid_grant", refused_since=MORNING)),),
        recovered=(secret("kyoto-tea", State()), secret("maple-outdoor", State())),
        outage=Outage(MORNING, 480, 500, "client_secret_expired"),
    )

    assert notice("dev", found) == Notice(
        "sellerkeys dev: Amazon refused most sellers, 1 to reauthorize, 2 recovered",
        "Amazon refused 480 of 500 sellers in the hour from 2026-11-24 03:10 UTC, mostly because the application's "
        "client secret is older than 180 days and has expired. No seller was marked. See docs/runbooks/outage.md.\n"
        "\n"
        "These sellers have to authorize the application again. See docs/runbooks/reauthorize.md.\n"
        "- berlin-books: Amazon does not accept the refresh token (revoked, lapsed, incomplete or of another client), "
        "since 2026-11-24\n"
        "\n"
        "These sellers work again; nothing is left to do.\n"
        "- kyoto-tea\n"
        "- maple-outdoor\n",
    )


def test_a_mail_fits_whatever_happened() -> None:
    """SNS takes 100 characters of ASCII and 256 KB of text (botocore Publish), also of a large fleet."""
    crowd = tuple(secret("s", State()) for _ in range(9999))
    news = notice("b" * 20, Findings(reauthorize=crowd, recovered=crowd, outage=Outage(MORNING, 9999, 9999, "unknown")))

    assert news is not None
    assert news.subject.isascii()
    assert len(news.subject) <= 100
    assert len(news.text) < 256_000
    assert news.text.splitlines().count("and 9799 more, see `sellerkeys status`") == 2


def test_what_a_secret_lacks_does_not_break_the_notice() -> None:
    """A secret without our tags is named by its name, a mark without a date has none."""
    bare = Secret(arn="arn", name="sellerkeys/dev/sellers/berlin/sp-api", tags={}, versions={})
    news = notice("dev", Findings(reauthorize=(bare,)))

    assert news is not None
    assert news.text.splitlines()[1] == (
        "- sellerkeys/dev/sellers/berlin/sp-api: Amazon refused with a reason that sellerkeys does not know"
    )
