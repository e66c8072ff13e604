"""The API within the daemon, and within `monctl serve`."""
