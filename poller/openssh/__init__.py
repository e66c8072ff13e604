"""What the OpenSSH client's configuration says of a host: asked from `ssh -G`, where there is one."""
