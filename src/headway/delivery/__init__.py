"""Releases into environments: strategies, rollouts, analysis, rollback."""
