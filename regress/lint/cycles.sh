#!/bin/sh
# Files that call each other in a circle.  Each group of arguments is the name
# of a program or a library, how many files a circle in it may have at most,
# and its objects:
#	cycles.sh NAME MAX OBJECT ... [-- NAME MAX OBJECT ...]
# An edge goes from the file that uses a function or variable to the file that
# defines it, as nm(1) shows them.  Prints each circle that is too large, and
# ends with 1 if there is one.

export LC_ALL=C
status=0

circle() {		# NAME MAX OBJECT ...
	circle_name=$1 circle_max=$2
	shift 2
	nm -A "$@" | awk -v name="$circle_name" -v max="$circle_max" '
	{
		split($1, part, ":")
		file = part[1]
		sub(/.*\//, "", file); sub(/\.o$/, "", file)
		if (NF == 3 && $2 ~ /^[TDBRVW]$/) home[$3] = file
		else if ($(NF - 1) == "U") use[file, $NF] = 1
	}
	END {
		for (k in use) {
			split(k, p, SUBSEP)
			to = home[p[2]]
			if (to != "" && to != p[1]) {
				reach[p[1], to] = 1
				node[p[1]] = node[to] = 1
			}
		}
		for (m in node) for (a in node) if ((a, m) in reach)
			for (b in node) if ((m, b) in reach) reach[a, b] = 1
		for (a in node) if (!(a in seen)) {
			n = 1; text = a; seen[a] = 1
			for (b in node) if (b != a && (a, b) in reach &&
			    (b, a) in reach) {
				n++; text = text " " b; seen[b] = 1
			}
			if (n > 1 && n > max) {
				print name ": " n " files in a circle, at most " \
				    max ": " text
				bad = 1
			}
		}
		exit bad
	}' || status=1
}

while [ $# -gt 0 ]; do
	one=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		one="$one $1"
		shift
	done
	[ $# -eq 0 ] || shift
	# shellcheck disable=SC2086
	circle $one
done
exit $status
