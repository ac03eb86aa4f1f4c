#!/bin/sh
# Have the packages of package-lock.json, with the hashes there, in DIR.  Says
# why if they cannot be had.
# usage: get.sh DIR

here=$(dirname "$0") dir=$1

command -v npm >/dev/null || { echo "no npm (apt-get install npm)"; exit 1; }
cmp -s "$here/package-lock.json" "$dir/done" && exit 0
mkdir -p "$dir" && cp "$here/package.json" "$here/package-lock.json" "$dir/" ||
    exit 1
(cd "$dir" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund \
    --fetch-retries=1 --fetch-timeout=20000) >"$dir/log" 2>&1 || {
	echo "npm cannot get them: $(tail -n 1 "$dir/log")"
	exit 1
}
cp "$dir/package-lock.json" "$dir/done"
