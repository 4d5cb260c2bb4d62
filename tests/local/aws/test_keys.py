"""Secrets under a customer's KMS key, over HTTP."""

import pytest

from tests.local.aws.seen import refusal

A, B, C = ("a" * 32, "b" * 32, "c" * 32)


@pytest.fixture
def kms(aws):
    """Make a KMS client."""
    return aws.client("kms")


@pytest.fixture
def key(kms) -> str:
    """Make a customer key and return its ARN."""
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def sealed(secrets, key) -> str:
    """Make a secret with a value under the key and return its ARN."""
    made = secrets.create_secret(Name="sealed", SecretString="PLACEHOLDER", KmsKeyId=key, ClientRequestToken=A)
    return made["ARN"]


@pytest.fixture
def key_id(key) -> str:
    """Tell the key's id, because moto disables no key by its ARN."""
    return key.rpartition("/")[2]


@pytest.fixture(params=["disabled", "pending deletion"])
def spoil(kms, key_id, request):
    """Make the key unusable, in one way or the other."""
    if request.param == "disabled":
        return lambda: kms.disable_key(KeyId=key_id)
    return lambda: kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)


@pytest.mark.rule(28)
def test_a_key_out_of_use_locks_the_secret(secrets, sealed, spoil) -> None:
    """Under a key that is disabled or pending deletion no value is read or written (aws.md 10.1 no. 28; botocore)."""
    spoil()

    assert refusal(secrets.get_secret_value, SecretId=sealed)[0] == "DecryptionFailure"
    assert refusal(secrets.put_secret_value, SecretId=sealed, SecretString="two")[0] == "EncryptionFailure"
    assert list(secrets.describe_secret(SecretId=sealed)["VersionIdsToStages"]) == [A]


@pytest.mark.rule
def test_an_enabled_key_opens_the_secret_again(secrets, kms, key_id, sealed) -> None:
    """What was unreadable while its key was disabled is readable once it is enabled (botocore DecryptionFailure)."""
    kms.disable_key(KeyId=key_id)
    locked, _ = refusal(secrets.get_secret_value, SecretId=sealed)
    kms.enable_key(KeyId=key_id)

    assert locked == "DecryptionFailure"
    assert secrets.get_secret_value(SecretId=sealed)["SecretString"] == "PLACEHOLDER"


@pytest.mark.rule
def test_kms_is_asked_with_the_encryption_context(aws, secrets, key, sealed) -> None:
    """The encryption context is SecretARN and SecretVersionId; a key is validated when it is set (aws.md 6.2)."""
    secrets.get_secret_value(SecretId=sealed)

    assert [(use.action, use.key_arn, use.secret_arn, use.version_id) for use in aws.server.keys.uses] == [
        ("GenerateDataKey", key, sealed, "RequestToValidateKeyAccess"),
        ("Decrypt", key, sealed, "RequestToValidateKeyAccess"),
        ("GenerateDataKey", key, sealed, A),
        ("Decrypt", key, sealed, A),
    ]


@pytest.mark.rule
def test_a_key_out_of_use_cannot_be_set(secrets, key, secret, spoil) -> None:
    """Setting a key makes Secrets Manager use it at once, so an unusable one is refused (aws.md 6.2)."""
    spoil()

    assert refusal(secrets.create_secret, Name="other", KmsKeyId=key)[0] == "EncryptionFailure"
    assert refusal(secrets.update_secret, SecretId=secret, KmsKeyId=key)[0] == "EncryptionFailure"
    assert [row["Name"] for row in secrets.list_secrets()["SecretList"]] == ["sellers/one"]
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "PLACEHOLDER first"


@pytest.mark.rule
def test_a_new_key_takes_over_the_labelled_versions(secrets, kms, key_id, sealed) -> None:
    """A key change re-encrypts AWSCURRENT, AWSPENDING and AWSPREVIOUS, older versions stay (botocore UpdateSecret)."""
    for token in (B, C):
        secrets.put_secret_value(SecretId=sealed, SecretString=f"PLACEHOLDER {token}", ClientRequestToken=token)
    secrets.update_secret(SecretId=sealed, KmsKeyId=kms.create_key()["KeyMetadata"]["Arn"])

    kms.disable_key(KeyId=key_id)

    assert secrets.get_secret_value(SecretId=sealed, VersionId=B)["VersionStages"] == ["AWSPREVIOUS"]
    assert secrets.get_secret_value(SecretId=sealed)["VersionId"] == C
    assert refusal(secrets.get_secret_value, SecretId=sealed, VersionId=A)[0] == "DecryptionFailure"


@pytest.mark.rule
def test_a_batch_tells_which_secret_is_locked(secrets, kms, key_id, secret, sealed) -> None:
    """BatchGetSecretValue answers for the others and names the one whose key is out of use (botocore, Errors)."""
    kms.disable_key(KeyId=key_id)

    answer = secrets.batch_get_secret_value(SecretIdList=[secret, sealed])

    assert [found["ARN"] for found in answer["SecretValues"]] == [secret]
    assert [(error["SecretId"], error["ErrorCode"]) for error in answer["Errors"]] == [(sealed, "DecryptionFailure")]
