"""`headway gate --for ENVIRONMENT`: deploy, hold or reject, and why."""
