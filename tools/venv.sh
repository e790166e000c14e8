#!/bin/sh
# Make .venv where python3 comes without its venv package (Debian).
set -eu
rm -rf .venv
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    echo "python3 has no venv: installing the package python3-venv" >&2
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends python3-venv >/dev/null 2>&1
    exec "$1" -m venv .venv
fi
echo "python3 has no venv module: apt-get install python3-venv" >&2
exit 1
