"""Grafana for monctl: dashboards, and how Grafana is told of them."""
