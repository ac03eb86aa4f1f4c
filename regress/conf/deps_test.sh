# The packages that README.md names for the run time are those whose libraries
# the programs are linked with, no more and no fewer.

. "${TOP:-.}/regress/lib.sh"

command -v dpkg-query >/dev/null && command -v readelf >/dev/null ||
    skip_all "no dpkg-query or no readelf"

linked() {
	readelf -d "$BIN"/* | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u |
	    while read -r so; do
		dpkg-query -S "*/$so" | sed -n 's/:.*//p' | head -n 1
	done | sort -u
}

named() {
	sed -n '/run time: begin/,/run time: end/p' "$TOP/README.md" |
	    tr ' ' '\n' | grep '^lib' | sort -u
}

linked >"$WORK/linked"
named >"$WORK/named"
check "README names what is linked" diff "$WORK/linked" "$WORK/named"

# And a package is built with what etc/deps/build has, but for what Debian has
# on every host that builds.
libraries() {
	grep -o 'lib[a-z0-9.+-]*-dev' "$1" | sort -u |
	    grep -vx 'libc6-dev\|libcmocka-dev'
}
libraries "$TOP/etc/deps/build" >"$WORK/build"
libraries "$TOP/debian/control" >"$WORK/control"
check "debian/control has what etc/deps/build has" \
    diff "$WORK/build" "$WORK/control"

# make demo on a fresh Debian gets less than 150 MB: what apt would get for an
# empty system and for one with these lists beside, by its own figures.
bytes() {		# PACKAGE ...
	apt-get -o Dir::State::status=/dev/null \
	    -o Dir::Cache::archives="$WORK/archives" install -qq -y \
	    --no-install-recommends --print-uris "$@" 2>"$WORK/apt" |
	    awk '{ n += $3 } END { print n + 0 }'
}
essential() {
	dpkg-query -W -f '${Package} ${Essential} ${Priority}\n' |
	    awk '$2 == "yes" || $3 == "required" { print $1 }'
}
mkdir -p "$WORK/archives/partial"
chmod 777 "$WORK/archives/partial"
base=$(essential)
# shellcheck disable=SC2046,SC2086
all=$(bytes apt $base $(cd "$TOP/etc/deps" && sed 's/#.*//' build demo))
# shellcheck disable=SC2086
base=$(bytes apt $base)
if [ "$base" -eq 0 ]; then
	skip "the demo's download" "apt has no lists of packages"
else
	check "make demo downloads something" test "$all" -gt "$base"
	check "and less than 150 MB: $(((all - base) / 1000000))" \
	    test $((all - base)) -lt 150000000
fi

finish
