#!/bin/sh
# The servers that the tests talk to. `install` installs them; `maybe` does so only as root on Debian or Ubuntu,
# and says elsewhere what is left out.
set -eu

PACKAGES="openssh-server prometheus curl postgresql influxdb systemd sqlite3 btrfs-progs sysstat"

# The headless shell has the same engine and does a fourth of the work; older distributions do not have it.
browser() {
    if apt-cache show chromium-headless-shell >/dev/null 2>&1; then
        echo chromium-headless-shell
    else
        echo chromium
    fi
}

has_browser() {
    command -v chromium-headless-shell >/dev/null 2>&1 && return
    command -v chromium >/dev/null 2>&1 && { [ "$(id -u)" != 0 ] || [ "$(browser)" = chromium ]; }
}

missing() {
    [ -x /usr/sbin/sshd ] || command -v sshd >/dev/null 2>&1 || echo openssh-server
    command -v promtool >/dev/null 2>&1 || echo prometheus
    command -v curl >/dev/null 2>&1 || echo curl
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || echo postgresql
    command -v influxd >/dev/null 2>&1 || echo influxdb
    has_browser || browser
    command -v systemd-analyze >/dev/null 2>&1 || echo systemd
    command -v sqlite3 >/dev/null 2>&1 || echo sqlite3
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    # the tests start their own servers; the packages' services stay off
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d.monctl && chmod +x /usr/sbin/policy-rc.d.monctl
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        mv /usr/sbin/policy-rc.d.monctl /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    else
        rm -f /usr/sbin/policy-rc.d.monctl
    fi
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $PACKAGES "$(browser)" >/dev/null
}

wanted=$(missing)
[ -n "$wanted" ] || exit 0

case "${1:-maybe}" in
install)
    install_packages
    ;;
maybe)
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing the servers that the tests talk to: $wanted"
        install_packages || echo "Could not install $wanted; their tests are left out."
    else
        for package in $wanted; do
            echo "Left out: the tests that need $package ('make services' as root installs it)."
        done
    fi
    ;;
esac
