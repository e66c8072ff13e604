"""hosts.yaml: read, checked, expanded, watched and written."""
