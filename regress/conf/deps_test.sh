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

finish
