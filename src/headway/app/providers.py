"""Which platform, router and metrics an environment has: the registers, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from headway.app import releases
from headway.delivery.environment import Environment
from headway.delivery.metrics.base import Metrics
from headway.delivery.platforms.base import Platform
from headway.delivery.platforms.setup import Setup
from headway.delivery.routers.envoy import EnvoyRouter
from headway.journal import Journal, rollouts

_PATIENCE = 2.0  # seconds that a look waits for counts of others


def place_name(service: str, environment: str) -> str:
    """What an environment is called on this machine, in file names and by the router."""
    return f"{service}.{environment}"


def setup(
    journal: Journal, service: str, name: str, environment: Environment, values: Mapping[str, str]
) -> Setup:
    """`values` are the environment's secrets."""

    def image(digest: str) -> str:
        known = journal.query(lambda db: rollouts.releases(db, service, pruned=True))
        found = [r for r in known if r.digest == digest and r.source == "image"]
        return f"sha256:{digest}" if found else ""

    return Setup(
        name=place_name(service, name),
        environment=environment,
        variables={**environment.variables, **values},
        files=releases.store().files,
        image=image,
    )


def platform(setup: Setup) -> Platform:
    """Raises HeadwayError when what it needs isn't there."""
    return PLATFORMS[setup.environment.platform](setup)


def router(setup: Setup) -> EnvoyRouter:
    return EnvoyRouter(setup.name, setup.environment.router, setup.environment.health)


def metrics(
    setup: Setup, router: EnvoyRouter, root: str = ".", variables: Mapping[str, str] | None = None
) -> Metrics:
    """The router's counts, or those of `analysis.source`; `variables` are the deployer's."""
    source = setup.environment.analysis.source
    if source.requests:
        from headway.app.queries import prometheus_url
        from headway.delivery.metrics.prometheus import Prometheus

        return Prometheus(
            prometheus_url(variables or {}),
            requests=source.requests,
            errors=source.errors,
            buckets=source.buckets,
            timeout=_PATIENCE,
        )
    if source.url:
        from headway.delivery.metrics.http import HttpMetrics

        return HttpMetrics(source.url, pointer=source.pointer, timeout=_PATIENCE)
    if source.command:
        from headway.delivery.metrics.command import CommandMetrics

        return CommandMetrics(source.command, cwd=root, env=variables, timeout=_PATIENCE)
    from headway.delivery.metrics.envoy import EnvoyMetrics

    return EnvoyMetrics(setup.name, router.admin)


def _process(setup: Setup) -> Platform:
    from headway.delivery.platforms.process import ProcessPlatform

    return ProcessPlatform(setup)


def _container(setup: Setup) -> Platform:
    from headway.delivery.platforms.container import ContainerPlatform

    return ContainerPlatform(setup)


PLATFORMS: dict[str, Callable[[Setup], Platform]] = {
    "process": _process,
    "container": _container,
}
