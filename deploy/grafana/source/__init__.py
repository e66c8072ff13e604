"""What the dashboards are made of, for `python -m deploy.grafana.generate`."""
