"""What hostile hosts, clients, admins and files do, and what it costs."""
