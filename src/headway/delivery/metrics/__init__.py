"""Sources of metrics: one module each, registered here."""
