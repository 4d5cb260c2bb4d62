"""Mutants that nothing catches, and why that is right.

Each is proven to allow the same requests as its document, no more and no less, whenever `make mutants` runs; the
sentence says why. One that is caught, gone or no longer equal fails the run.
"""

from __future__ import annotations

from typing import Final

_LIKE: Final = "no value of it holds a wildcard, so Like compares as Equals does"
_NEGATED: Final = "a negated test holds where the key is absent anyway, so IfExists adds nothing"
_ALL: Final = (
    "ForAllValues holds where the key is absent anyway, so IfExists adds nothing; the Null beside it asks for the key"
)
_ALLOWED: Final = "RotateEnrolledSellers allows the same read on the same secrets, and asks for no tags"
_DENIED: Final = "whoever has no PrincipalArn is denied by OnlyItsReaderAndTheRotationRead already"
_BROADER: Final = "nothing in the document allows what the broader denial adds"
_TAGGED: Final = "a request that changes tags always names one, so the key is never absent"

#: For each reason and document, the mutants: what was done to which statement.
_REASONS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    _LIKE: {
        "the app secret": (
            "OnlyWhoProvesOrComposesReads: StringNotLike for StringNotEquals",
            "OnlyOperatorsAndTheRenewalWrite: StringNotLike for StringNotEquals",
            "OnlyTheDeployerUpdates: StringNotLike for StringNotEquals",
            "IdentityTagsAreTheDeployers: StringNotLike for StringNotEquals",
        ),
        "a seller's secret": (
            "OnlyItsReaderAndTheRotationRead: StringNotLike for StringNotEquals",
            "OnlyOperatorsAndFunctionsWrite: StringNotLike for StringNotEquals",
            "OnlyTheDeployerUpdates: StringNotLike for StringNotEquals",
            "IdentityTagsAreTheDeployers: StringNotLike for StringNotEquals",
            "OnlyASessionForThisSeller: StringLike for StringEquals",
            "OnlyASessionForThisSeller: StringNotLike for StringNotEquals",
        ),
        "a seller's secret with an application of his own": (
            "OnlyItsReaderAndTheRotationRead: StringNotLike for StringNotEquals",
            "OnlyOperatorsAndFunctionsWrite: StringNotLike for StringNotEquals",
            "OnlyTheDeployerUpdates: StringNotLike for StringNotEquals",
            "IdentityTagsAreTheDeployers: StringNotLike for StringNotEquals",
            "OnlyASessionForThisSeller: StringLike for StringEquals",
            "OnlyASessionForThisSeller: StringNotLike for StringNotEquals",
        ),
        "the key": (
            "FleetsSecretsThroughSecretsManager: StringLike for StringEquals",
            "NoDirectUse: StringNotLike for StringNotEquals",
        ),
        "the sqs key": (
            "AmazonThroughQueues: StringLike for StringEquals",
            "AccountThroughQueues: StringLike for StringEquals",
            "NoDirectUse: StringNotLike for StringNotEquals",
        ),
        "the key of what waits": (
            "SealAndOpenForThisFleet: StringLike for StringEquals",
            "OnlyTheConsentFunctionSeals: StringNotLike for StringNotEquals",
            "OnlyWhoeverIsOnCallOpens: StringNotLike for StringNotEquals",
        ),
        "the reader of a seller": ("DecryptItsSecret: StringLike for StringEquals",),
        "the rotation function": (
            "RotateEnrolledSellers: StringLike for StringEquals",
            "TagStateOnly: StringLike for StringEquals",
            "DecryptBoth: StringLike for StringEquals",
            "EncryptSellers: StringLike for StringEquals",
        ),
        "the calendar function": (
            "CountInItsNamespace: StringLike for StringEquals",
            "DecryptTheApplication: StringLike for StringEquals",
        ),
        "the client-secret function": (
            "OpenAndSealMessages: StringLike for StringEquals",
            "OfferToSellersWithTheirOwnApplication: StringLike for StringEquals",
            "EncryptBoth: StringLike for StringEquals",
            "CountInItsNamespace: StringLike for StringEquals",
        ),
        "the consent function": (
            "DecryptThroughSecretsManager: StringLike for StringEquals",
            "EncryptSellers: StringLike for StringEquals",
            "SealWhatWaits: StringLike for StringEquals",
        ),
        "an onboarder": (
            "SealAndOpenThroughSecretsManager: StringLike for StringEquals",
            "LookAtTheQueuesKey: StringLike for StringEquals",
        ),
        "whoever is on call": (
            "SealAndOpenThroughSecretsManager: StringLike for StringEquals",
            "LookAtTheQueuesKey: StringLike for StringEquals",
            "OpenWhatWaits: StringLike for StringEquals",
        ),
        "the rotation function (2)": ("TellConsumers: StringLike for StringEquals",),
        "the policy of the rotation function": ("SecretsManagerForSellers: StringLike for StringEquals",),
        "the policy of the consent function": ("AnybodysAddress: StringLike for StringEquals",),
        "the deployer": (
            "MakeTheKey: StringLike for StringEquals",
            "TagANewKey: StringLike for StringEquals",
            "AdministerTheFleetsKey: StringLike for StringEquals",
            "PutASecretUnderTheKey: StringLike for StringEquals",
            "HandFunctionsTheirRole: StringLike for StringEquals",
            "HandEventBridgeItsRole: StringLike for StringEquals",
        ),
        "an auditor": ("LookAtKeys: StringLike for StringEquals",),
        "the topic": ("AlarmsOfThisFleet: StringLike for StringEquals",),
        "a session of the one reader": ("DecryptItsSecret: StringLike for StringEquals",),
        "the trust of a session of the one reader": (
            "ConfiguredReadersForASeller: ForAllValues:StringLike for ForAllValues:StringEquals",
        ),
    },
    _NEGATED: {
        "the app secret": (
            "OnlyWhoProvesOrComposesReads: StringNotEqualsIfExists for StringNotEquals",
            "OnlyOperatorsAndTheRenewalWrite: StringNotEqualsIfExists for StringNotEquals",
            "OnlyTheDeployerUpdates: StringNotEqualsIfExists for StringNotEquals",
            "IdentityTagsAreTheDeployers: StringNotEqualsIfExists for StringNotEquals",
        ),
        "a seller's secret": (
            "OnlyItsReaderAndTheRotationRead: StringNotEqualsIfExists for StringNotEquals",
            "OnlyOperatorsAndFunctionsWrite: StringNotEqualsIfExists for StringNotEquals",
            "OnlyTheDeployerUpdates: StringNotEqualsIfExists for StringNotEquals",
            "IdentityTagsAreTheDeployers: StringNotEqualsIfExists for StringNotEquals",
            "NoForeignRotation: ArnNotEqualsIfExists for ArnNotEquals",
            "OnlyASessionForThisSeller: StringNotEqualsIfExists for StringNotEquals",
        ),
        "a seller's secret with an application of his own": (
            "OnlyItsReaderAndTheRotationRead: StringNotEqualsIfExists for StringNotEquals",
            "OnlyOperatorsAndFunctionsWrite: StringNotEqualsIfExists for StringNotEquals",
            "OnlyTheDeployerUpdates: StringNotEqualsIfExists for StringNotEquals",
            "IdentityTagsAreTheDeployers: StringNotEqualsIfExists for StringNotEquals",
            "NoForeignRotation: ArnNotEqualsIfExists for ArnNotEquals",
            "OnlyASessionForThisSeller: StringNotEqualsIfExists for StringNotEquals",
        ),
        "the key": (
            "NoDirectUse: StringNotEqualsIfExists for StringNotEquals",
            "NoOtherSecrets: StringNotLikeIfExists for StringNotLike",
        ),
        "the sqs key": ("NoDirectUse: StringNotEqualsIfExists for StringNotEquals",),
        "the key of what waits": (
            "OnlyTheConsentFunctionSeals: StringNotEqualsIfExists for StringNotEquals",
            "OnlyWhoeverIsOnCallOpens: StringNotEqualsIfExists for StringNotEquals",
        ),
        "the queue new-secret": ("OnlyTheClientSecretFunctionReceives: ArnNotEqualsIfExists for ArnNotEquals",),
        "what the queue new-secret gave up": (
            "OnlyTheClientSecretFunctionReceives: ArnNotEqualsIfExists for ArnNotEquals",
        ),
        "the queue secret-expiry": ("OnlyTheClientSecretFunctionReceives: ArnNotEqualsIfExists for ArnNotEquals",),
        "what the queue secret-expiry gave up": (
            "OnlyTheClientSecretFunctionReceives: ArnNotEqualsIfExists for ArnNotEquals",
        ),
    },
    _ALL: {
        "the rotation function": ("TagStateOnly: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",),
        "the calendar function": (
            "TagStateOnly: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
            "ClaimTheRequest: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
        ),
        "the client-secret function": (
            "TagStateOnly: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
            "TakeTurns: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
        ),
        "the consent function": (
            "TagStateOnly: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
            "KeepInvitationsStatesAndWhatWaits: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
        ),
        "an onboarder": (
            "TagStateOnly: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
            "ClaimTheRequest: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
            "Invite: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
        ),
        "whoever is on call": (
            "TagStateOnly: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
            "ClaimTheRequest: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
            "Invite: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
            "TakeWhatWaitsInTheTable: ForAllValues:StringLikeIfExists for ForAllValues:StringLike",
        ),
        "the trust of a session of the one reader": (
            "ConfiguredReadersForASeller: ForAllValues:StringEqualsIfExists for ForAllValues:StringEquals",
        ),
    },
    _ALLOWED: {
        "the rotation function": ("TagStateOnly: it also reads",),
    },
    _DENIED: {
        "a seller's secret": ("OnlyASessionForThisSeller: StringEqualsIfExists for StringEquals",),
        "a seller's secret with an application of his own": (
            "OnlyASessionForThisSeller: StringEqualsIfExists for StringEquals",
        ),
    },
    _BROADER: {
        "an onboarder": (
            "NeverASellersValue: -* for -??????",
            "NeverASellersValue: any fleet for one",
        ),
        "whoever is on call": (
            "NeverASellersValue: -* for -??????",
            "NeverASellersValue: any fleet for one",
        ),
    },
    _TAGGED: {
        "the app secret": (
            "IdentityTagsAreTheDeployers: ForAnyValue:StringNotLikeIfExists for ForAnyValue:StringNotLike",
        ),
        "a seller's secret": (
            "IdentityTagsAreTheDeployers: ForAnyValue:StringNotLikeIfExists for ForAnyValue:StringNotLike",
        ),
        "a seller's secret with an application of his own": (
            "IdentityTagsAreTheDeployers: ForAnyValue:StringNotLikeIfExists for ForAnyValue:StringNotLike",
        ),
    },
}

#: Each mutant with its reason.
EXPLAINED: Final = {
    f"{document}, {mutant}": why
    for why, documents in _REASONS.items()
    for document, listed in documents.items()
    for mutant in listed
}
