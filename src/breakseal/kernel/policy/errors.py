"""The one error of loading a policy; deciding never raises."""

from __future__ import annotations

from breakseal.kernel.errors import ConfigError


class PolicyLoadError(ConfigError):
    """A policy text or schema that this evaluator refuses to run."""

    reason = "bad-policy"
