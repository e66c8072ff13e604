"""What is last known of each host, and how it is shown."""
