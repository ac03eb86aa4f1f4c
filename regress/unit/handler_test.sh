# A handler that does not fit its message is an error of the compiler, with
# the flags that the tree is built with.

. "${TOP:-.}/regress/lib.sh"

compiles() {	# WRONG
	make -s -C "$TOP" O="$WORK/$1" CPPFLAGS="-DWRONG=$1" \
	    "$WORK/$1/regress/unit/handler.o" >"$WORK/$1.out" 2>&1
}

check "handlers that fit compile" compiles 0
i=1
for name in "another message's payload" "a descriptor that never comes" \
    "a descriptor that is not taken" "a payload that is not there"; do
	! compiles $i && grep -q pointer-types "$WORK/$i.out" &&
	    ok "refused: $name" || fail "compiles: $name"
	i=$((i + 1))
done

finish
