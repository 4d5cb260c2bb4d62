"""What a transformer makes of an event."""

import pytest

from local.aws.events.template import filled

EVENT = {"detail": {"eventName": "RotationAbandoned", "data": {"SecretId": "arn:one"}}, "account": "123456789012"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("$.detail.eventName", "RotationAbandoned"),
        ("$.detail.data", '{"SecretId": "arn:one"}'),
        ("$.detail.none", ""),
        ("$.account.none", ""),
    ],
)
def test_a_name_stands_for_what_its_path_leads_to(path: str, text: str) -> None:
    """Text as it is, an object as JSON, nothing where there is nothing (botocore InputTransformer)."""
    assert filled('"So <what> it is."', {"what": path}, EVENT) == f'"So {text} it is."'
