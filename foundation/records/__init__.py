"""Records that have a name, versions and an owner: what the tables of hosts, rules and channels share."""
