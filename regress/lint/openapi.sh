#!/bin/sh
# Lint the OpenAPI document with @redocly/cli from npm, a version that runs on
# Debian 12's Node.js.  No error and no warning is let through, with two
# exceptions: the health routes have no 4XX answer, and the server's name is an
# example, as in all our documents.  Where npm cannot be reached, it says so.
# usage: openapi.sh DOCUMENT

tool=@redocly/cli@1.34.5
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

command -v npx >/dev/null || {
	echo "skip $1: no npx (apt-get install npm)"
	exit 0
}
REDOCLY_TELEMETRY=off
export REDOCLY_TELEMETRY
timeout 300 npx --yes $tool --version >"$out" 2>&1 || {
	echo "skip $1: $tool cannot be had from npm"
	sed 's/^/    /' "$out"
	exit 0
}
timeout 100 npx --yes $tool lint "$1" --extends recommended \
    --skip-rule operation-4xx-response \
    --skip-rule no-server-example.com >"$out" 2>&1 &&
    ! grep -q 'You have .* warning' "$out" || {
	cat "$out"
	exit 1
}
echo "ok $1: $tool has nothing to say"
