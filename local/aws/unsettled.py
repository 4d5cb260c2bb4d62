"""Where AWS's behaviour is not known (aws.md 11), the bench can do either; the product has to work under both."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unsettled:
    """One switch per open question; the defaults are the harder or the likelier answer."""

    trial_has_value: bool = False  # aws.md 11 no. 1: testSecret under RotateImmediately=false sees a copy of AWSCURRENT
    any_label_abandons: bool = False  # aws.md 2.6: a version with only a custom label abandons a rotation too
    pending_stays: bool = False  # aws.md 2.3: AWSPENDING stays on the version that became AWSCURRENT
    rotation_token_required: bool = False  # aws.md 11 no. 6: a running rotation's put has to carry its RotationToken
    rotation_detail_type: str = "AWS Service Event via CloudTrail"  # aws.md 2.6, 11 no. 7: how EventBridge calls them
