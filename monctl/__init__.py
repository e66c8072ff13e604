"""The command line, the settings, and the daemon that puts the other rooms together."""
