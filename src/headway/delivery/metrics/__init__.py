"""Where counts come from: a module each, listed here."""

from __future__ import annotations

from headway.errors import UsageError, did_you_mean

METRICS = {
    "router": "headway.delivery.metrics.envoy",
    "prometheus": "headway.delivery.metrics.prometheus",
    "http": "headway.delivery.metrics.http",
    "command": "headway.delivery.metrics.command",
}


def known(name: str) -> str:
    """The module of a source of metrics. Raises UsageError for a name that isn't one."""
    if name not in METRICS:
        raise UsageError(f'there are no metrics "{name}"', hint=did_you_mean(name, METRICS))
    return METRICS[name]
