"""monctl.yaml and the environment: read, checked and watched."""
