# What the benchmarks print and how they fail.  Sourced after lib.sh.

broken() {		# WHY
	echo "bench: $*" >&2
	fails=$((fails + 1))
	exit 1
}

# Print a figure.  The goal is a least ("min") or a most ("max"), or none.
figure() {		# NAME VALUE UNIT [min|max GOAL]
	awk -v name="$1" -v v="$2" -v unit="$3" -v dir="$4" -v goal="$5" '
	BEGIN {
		word = goal = dir == "" ? "-" : goal
		if (dir == "min") word = v + 0 >= goal + 0 ? "ok" : "short"
		if (dir == "max") word = v + 0 <= goal + 0 ? "ok" : "short"
		print "bench", name, v, unit, "goal", goal, word
	}'
}

# The median of an expression of awk's over the lines of a file.
median() {		# FILE [EXPRESSION]
	awk "{ print ${2:-\$1} }" "$1" | sort -g | awk '{ v[NR] = $1 }
	END {
		if (NR == 0) exit 1
		m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
		printf "%.4g\n", m
	}'
}
