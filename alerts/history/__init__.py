"""The book of alerts: which there are and were, as the database keeps them."""
