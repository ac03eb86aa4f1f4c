# Be a captured process of a suite that runs: its end of a link is taken and used
# against its neighbour.  Source this after suite.sh.

HOSTILE=$O/regress/hostile
command -v ss >/dev/null || skip_all "no ss here"

# The descriptor of process A for its link to process B.
link_fd() {		# A B
	ss -xanpH | awk -v a="pid=$1,fd=" -v b="pid=$2,fd=" '
	$1 == "u_seq" && (i = index($0, a)) {
		fd[$6] = substr($0, i + length(a)) + 0
		peer[$6] = $8
	}
	$1 == "u_seq" && index($0, b) { theirs[$6] = 1 }
	END { for (i in fd) if (theirs[peer[i]]) print fd[i] }' | head -n 1
}

# Stop the sender, take its link and use it.  Prints the answer.
as() {			# SENDER RECEIVER WHAT ...
	as_pid=$(role_pid "$1")
	as_fd=$(link_fd "$as_pid" "$(role_pid "$2")")
	[ -n "$as_fd" ] || { echo "no link of $1 to $2"; return 1; }
	kill -STOP "$as_pid"
	shift 2
	"$HOSTILE" "$as_pid" "$as_fd" "$@" 2>&1
}

# The stopped one is replaced, as the parent does with one that was caught.
renew() {		# ROLE
	role_kill "$1" || fail "$1 is not back"
}
