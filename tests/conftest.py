"""For every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A busy machine is not a defect: no test may fail for the time that it took.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
