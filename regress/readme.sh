# The numbered steps of a part of README.md, to be run as they are written.
# Source lib.sh first, then
#
#	. "$TOP/regress/readme.sh"
#	readme_part "Instead of vpn-daemon"
#	readme_run 1

readme_part() {		# HEADING
	README_PART=$1
}

# Step N's block, without its indentation.
readme_step() {		# N
	awk -v part="## $README_PART" -v n="$1." '/^## / { ours = $0 == part }
	    ours && /^[0-9]\. / { s = $1 }
	    /^ *```/ { in_block = !in_block; next }
	    ours && in_block && s == n { sub(/^   /, ""); print }' \
	    "$TOP/README.md"
}

# Run it; what it prints is in $WORK/step.
readme_run() {		# N
	readme_step "$1" >"$WORK/step$1.sh"
	[ -s "$WORK/step$1.sh" ] || fail "step $1 has no command"
	(cd "$WORK" && sh -e "$WORK/step$1.sh") >"$WORK/step" 2>&1
	is "step $1" "$?" 0 || cat "$WORK/step"
}

# The command with which the part ends.
readme_back() {
	awk -v part="## $README_PART" '/^## / { ours = $0 == part }
	    ours && /^To go back: `/ { print }' "$TOP/README.md" |
	    sed 's/^To go back: `\([^`]*\)`.*/\1/'
}
