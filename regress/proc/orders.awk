# A scene: orders to leased_drv, each beside what its answer must show.
#
#	ORDER => WANT # NAME		the answer shows WANT, or NAME fails
#	      => WANT # NAME		more about the same answer
#	# ...				a comment; also blank lines
#
# Without NAME the order is its name.  WANT is one of
#
#	E_KEY addrs=10.9.0.2/32		one line has all these words; a code's
#					name is that of leasecode.h
#	/ERE/				a line matches
#	no /ERE/  3 /ERE/		no line does; so many do
#
# Codes come by their names: the driver's code=16 is code=E_KEY.
#
# usage: awk -f orders.awk leasecode.h msg.h SCENE		the orders alone
#	 awk -v check=N -f orders.awk leasecode.h msg.h SCENE OUT
#	 checks the driver's answers behind the first N, which were given to
#	 orders before the scene; prints "ok NAME" and "FAIL NAME: ..."

function words(line, want,   w, n, i) {
	n = split(want, w, " ")
	for (i = 1; i <= n; i++) {
		if (w[i] ~ /^(OK|E)_[A-Z_]+$/)
			w[i] = "code=" w[i]
		if (index(" " line " ", " " w[i] " ") == 0)
			return 0
	}
	return 1
}

# How often it is to be found: -1 is once or more.
function times(want) {
	return want ~ /^no \// ? 0 : want ~ /^[0-9]+ \// ? want + 0 : -1
}

function judge(i,   n, l, j, found, want, ere) {
	want = wanted[i]
	n = split(answer[order_of[i]], l, "\n")
	ere = ""
	if (want ~ /^(no |[0-9]+ )?\/.*\/$/) {
		ere = want
		sub(/^[^\/]*\//, "", ere)
		sub(/\/$/, "", ere)
	}
	for (j = 1; j < n; j++)
		found += ere != "" ? l[j] ~ ere : words(l[j], want)
	if (times(want) < 0 ? found > 0 : found + 0 == times(want))
		print "ok " name[i]
	else {
		printf "FAIL %s: %s: no \"%s\" in the answer:\n", name[i],
		    order[order_of[i]], want
		for (j = 1; j < n; j++)
			print "    " l[j]
	}
}

FNR == 1 { file++ }
file == 1 && match($0, /X\([A-Z_]+, [0-9]+/) {
	split(substr($0, RSTART + 2, RLENGTH - 2), x, ", ")
	code[x[2]] = x[1]
	next
}
file == 2 && /^\tPEER_E_[A-Z]+ = [0-9]+/ {
	peer[substr($1, 6)] = $3 + 0
	next
}
file == 3 {
	line = $0
	what = want = ""
	if (match(line, /(^|[ \t])# /)) {
		what = substr(line, RSTART + RLENGTH)
		line = substr(line, 1, RSTART - 1)
	}
	if (match(line, /=> */)) {
		want = substr(line, RSTART + RLENGTH)
		line = substr(line, 1, RSTART - 1)
	}
	sub(/^[ \t]+/, "", line)
	sub(/[ \t]+$/, "", line)
	sub(/[ \t]+$/, "", want)
	if (line != "") {
		order[++orders] = line
		if (split(line, x, " ") == 2 && x[1] == "kern" && x[2] in peer)
			line = "kern " peer[x[2]]
		if (!check)
			print line
	}
	if (want != "") {
		wanted[++wants] = want
		order_of[wants] = orders
		name[wants] = what != "" ? what : order[orders]
	}
	next
}
file == 4 {
	if ($0 == ".") {
		answers++
		next
	}
	if ($0 !~ /^result / && match($0, /code=[0-9]+/)) {
		x[1] = substr($0, RSTART + 5, RLENGTH - 5)
		if (x[1] in code)
			$0 = substr($0, 1, RSTART + 4) code[x[1]] \
			    substr($0, RSTART + RLENGTH)
	}
	if (answers >= check)
		answer[answers - check + 1] = answer[answers - check + 1] $0 "\n"
}
END {
	for (i = 1; check && i <= wants; i++)
		judge(i)
}
