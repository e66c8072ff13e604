"""How hosts are asked: SSH sessions, the probe, the schedule."""
