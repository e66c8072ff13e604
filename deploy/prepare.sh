#!/bin/sh
# Makes what compose.yaml mounts: deploy/etc (settings, hosts, keys) and deploy/secrets. Keeps what is there.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets etc/ssh
for name in admin_password postgres_password influxdb_password influxdb_token grafana_password; do
    file="secrets/$name.txt"
    if [ ! -s "$file" ]; then
        od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$file"
    fi
    # containers read it as their own users; the folder keeps this machine's users out
    chmod 0444 "$file"
done
[ -e etc/monctl.yaml ] || cp monctl.yaml etc/monctl.yaml
[ -e etc/hosts.yaml ] || cp ../hosts.yaml etc/hosts.yaml
# the user of the image
if [ "$(id -u)" = 0 ]; then
    chown -R 10001:10001 etc
else
    chmod 0755 etc
    chmod 0644 etc/*.yaml
    echo "not root: let the user 10001 read deploy/etc/ssh (sudo chown -R 10001 deploy/etc/ssh)" >&2
fi
