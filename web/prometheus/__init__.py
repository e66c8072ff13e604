"""The fleet's current values and monctl itself, as Prometheus reads them."""
