# What the demonstrations share: steps that say what they do and whether it was
# done.  Source lib.sh first, then
#
#	. "$TOP/regress/steps.sh"
#	step "what is done" COMMAND ...
#
# The first step that fails ends the demonstration, and what it said is shown.

exec 3>&1
step_text=''
trap ended EXIT

say() {
	printf '%s\n' "$*"
}

# What is a skipped test elsewhere is a demonstration that failed.
skip_all() {
	say "demo: FAILED: $*"
	say "It makes network namespaces: run it on a host, in a virtual machine, or in a"
	say "container that may make them, as one of docker run --privileged may."
	say "make regress T=\"unit conf\" needs none."
	exit 1
}

die() {
	say "demo: FAILED: $*"
	fails=1
	exit 1
}

# One line for each step; what a failed one said is shown.
step() {		# TEXT COMMAND ...
	step_text=$1; shift
	printf '  %-66s' "$step_text"
	"$@" >"$WORK/step.out" 2>&1 || exit 1
	say ok
	step_text=''
}

# At the end, also when a command of a step has left by itself.
ended() {
	ended_st=$?
	exec >&3 2>&1
	if [ -n "$step_text" ]; then
		say FAILED
		sed 's/^/      /' "$WORK/step.out"
		say "demo: FAILED: $step_text"
		fails=1
	fi
	(exit "$ended_st")
	cleanup
}

# What sallyctl shows at the gateway, as a person sees it.
show() {
	say
	say "      \$ sallyctl $*"
	ctl "$@" | sed 's/^/      /'
	say
}
