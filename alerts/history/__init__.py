"""The history of alerts: the open ones and the past ones, as the database has them."""
