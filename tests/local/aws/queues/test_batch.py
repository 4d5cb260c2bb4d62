"""Which messages of a batch are done."""

import pytest

from local.aws.functions.answer import Answer
from local.aws.queues.batch import done


@pytest.mark.parametrize(
    ("payload", "finished"),
    [
        (b'{"batchItemFailures": [{"itemIdentifier": "b"}]}', {"a", "c"}),
        (b'{"batchItemFailures": []}', {"a", "b", "c"}),
        (b"{}", {"a", "b", "c"}),
        (b"null", {"a", "b", "c"}),
        (b"", {"a", "b", "c"}),
        (b'{"batchItemFailures": [{"itemIdentifier": "x"}]}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', set()),
        (b'{"batchItemFailures": [{"item": "a"}]}', set()),
        (b'"text"', set()),
        (b"not JSON", set()),
    ],
)
def test_a_report_names_what_failed(payload: bytes, finished: set[str]) -> None:
    """Nothing named is all done; a report that makes no sense is all failed ([LAM23] with-sqs)."""
    assert done(Answer(payload), "abc", reports_items=True) == finished


def test_without_a_report_it_is_all_or_none() -> None:
    """The function's answer is not looked at."""
    report = b'{"batchItemFailures": [{"itemIdentifier": "b"}]}'

    assert done(Answer(report), "abc", reports_items=False) == {"a", "b", "c"}
    assert done(Answer(b"{}", "RuntimeError"), "abc", reports_items=True) == set()
