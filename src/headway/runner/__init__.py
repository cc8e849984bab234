"""Carries out a plan: jobs, steps, actions; emits events."""
