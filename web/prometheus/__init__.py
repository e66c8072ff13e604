"""The Prometheus exposition: the fleet's current values and monctl's own figures."""
