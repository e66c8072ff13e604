"""The metrics of hosts: names and units, how probes' answers become points, and the stores that keep them."""
