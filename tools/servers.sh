#!/bin/sh
# Install the Debian packages that the tests start private instances of.
set -eu
missing=""
command -v strace >/dev/null || missing="$missing strace"
[ -d /usr/lib/rabbitmq ] || missing="$missing rabbitmq-server"
command -v chromium >/dev/null || missing="$missing chromium"
[ -x /usr/sbin/dovecot ] && [ -x /usr/lib/dovecot/imap ] || missing="$missing dovecot-imapd"
[ -x /usr/sbin/postfix ] || missing="$missing postfix"
[ -x /usr/sbin/clamd ] || missing="$missing clamav-daemon"
# The program that drives Chromium comes in a wheel and needs this library.
ldconfig -p | grep -q libatomic.so.1 || missing="$missing libatomic1"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "tests that need$missing will skip: apt-get install$missing" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# A package starts the service that it installs; the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
