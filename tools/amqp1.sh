#!/bin/sh
# Install the extra amqp1 for the tests: python-qpid-proton, which has no wheels.
set -eu
python=$1
"$python" -c "import proton" 2>/dev/null && exit 0
missing=""
command -v cc >/dev/null || missing="$missing gcc libc6-dev"
headers='import os, sysconfig as s; raise SystemExit(not os.path.exists(s.get_path("include") + "/Python.h"))'
"$python" -c "$headers" || missing="$missing python3-dev"
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
"$python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements-amqp1.lock ||
    echo "tests of AMQP 1.0 will skip: python-qpid-proton was not built${missing:+, perhaps for lack of}$missing" >&2
