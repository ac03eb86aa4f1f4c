# bash completion for sallyctl(8).  The build appends the commands, with what may
# stand at each place, from sallyctl's own tables.
#
# Names come from the running daemon, for which a key waits a second at most.
# They are what devices are called, so nothing here expands or executes them.

# Lines of names that begin with the word so far, at most 1000 of them.
_sallyctl_names()		# WHAT PREFIX
{
	local key=name
	case $1 in
	tenants) key=tenant ;;
	devices|relays) key=device ;;
	esac
	timeout 1 sallyctl "${_sallyctl_socket[@]}" -j show "$1" 2>/dev/null |
	    SALLYCTL_CUR=$2 awk -v key="\"$key\":\"" '
		match($0, key "[^\"\\\\]*\"") {
			name = substr($0, RSTART + length(key),
			    RLENGTH - length(key) - 1)
			if (index(name, ENVIRON["SALLYCTL_CUR"]) == 1 &&
			    !seen[name]++) {
				print name
				if (++n == 1000)
					exit
			}
		}' 2>/dev/null
}

# Offer a word, quoted as the shell wants it.
_sallyctl_offer()		# WORD
{
	local quoted
	[[ $1 == "$_sallyctl_cur"* ]] || return 0
	printf -v quoted %q "$1"
	# Within quotes it would be quoted twice.
	[[ -z $_sallyctl_quote || $quoted == "$1" ]] || return 0
	COMPREPLY+=("$quoted")
}

_sallyctl_offer_names()		# WHAT
{
	local name
	while IFS= read -r name; do
		_sallyctl_offer "$name"
	done < <(_sallyctl_names "$1" "$_sallyctl_cur")
}

_sallyctl_offer_files()		# ACTION OF COMPGEN
{
	local name
	compopt -o filenames 2>/dev/null
	while IFS= read -r name; do
		COMPREPLY+=("$name")
	done < <(compgen -"$1" -- "$_sallyctl_cur")
}

# What can stand for a value of this kind.
_sallyctl_value()		# KIND
{
	local word words
	case $1 in
	-)	;;
	file)	_sallyctl_offer_files f ;;
	dir)	_sallyctl_offer_files d ;;
	interface)
		for word in /sys/class/net/*; do
			_sallyctl_offer "${word##*/}"
		done ;;
	*\|*)	IFS=\| read -ra words <<<"$1"
		for word in "${words[@]}"; do
			_sallyctl_offer "$word"
		done ;;
	relays)	_sallyctl_offer_names relays
		_sallyctl_offer none ;;
	*)	_sallyctl_offer_names "$1" ;;
	esac
}

# Find the command that the words begin with, as sallyctl does: a word may be
# cut where its command allows that and no other has the same beginning.  Sets
# _sallyctl_row, or _sallyctl_next to the words that may come next.
_sallyctl_find()		# WORD ...
{
	local row words cut rest n=$# w1=$1 w2=$2
	local -a first=() rows=()
	_sallyctl_row='' _sallyctl_next=()
	for row in "${_sallyctl_verbs[@]}"; do
		IFS=';' read -r words cut rest <<<"$row"
		if [[ $n -eq 0 ]]; then
			_sallyctl_next+=("${words%% *}")
		elif [[ ${words%% *} == "$w1" ]]; then
			first+=("$row")
		elif [[ -n $w1 && $cut -gt 0 && $words == "$w1"* ]]; then
			rows+=("$row")
		fi
	done
	[[ ${#first[@]} -gt 0 ]] || first=("${rows[@]}")
	rows=()
	local name=${first[0]%%[ ;]*}
	for row in "${first[@]}"; do
		# Two commands: nobody knows which is meant.
		[[ ${row%%[ ;]*} == "$name" ]] || return
	done
	for row in "${first[@]}"; do
		IFS=';' read -r words cut rest <<<"$row"
		if [[ $words == "$name" ]]; then
			_sallyctl_row=$row
			return
		elif [[ $n -lt 2 ]]; then
			_sallyctl_next+=("${words#* }")
		elif [[ ${words#* } == "$w2" ]]; then
			_sallyctl_row=$row
			return
		elif [[ -n $w2 && $cut -gt 1 && ${words#* } == "$w2"* ]]; then
			rows+=("$row")
		fi
	done
	[[ ${#rows[@]} -ne 1 ]] || _sallyctl_row=${rows[0]}
}

# The words behind the command: its arguments, then options in any order.
_sallyctl_behind()		# ARGUMENTS OPTIONS WORD ...
{
	local -a kinds options
	local word option kind='' seen=' '
	read -ra kinds <<<"$1"
	read -ra options <<<"$2"
	shift 2
	while [[ ${#kinds[@]} -gt 0 ]]; do
		[[ $# -gt 0 ]] || { _sallyctl_value "${kinds[0]}"; return; }
		kinds=("${kinds[@]:1}")
		shift
	done
	for word; do
		if [[ -n $kind ]]; then
			kind=''
			continue
		fi
		for option in "${options[@]}"; do
			[[ ${option%%=*} == "$word"* ]] || continue
			seen+="${option%%=*} "
			[[ $option != *=* ]] || kind=${option#*=}
			# The rest of the line is its value.
			[[ ${option%%=*} != reason ]] || return
			break
		done
	done
	if [[ -n $kind ]]; then
		_sallyctl_value "$kind"
		return
	fi
	for option in "${options[@]}"; do
		[[ $seen == *" ${option%%=*} "* ]] ||
		    _sallyctl_offer "${option%%=*}"
	done
}

_sallyctl()
{
	local cur cword words _sallyctl_cur _sallyctl_quote='' _sallyctl_row
	local -a _sallyctl_socket=() _sallyctl_next=()
	local i=1 name cut args opts
	COMPREPLY=()
	if declare -F _get_comp_words_by_ref >/dev/null; then
		_get_comp_words_by_ref -n := cur cword words
	else
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
		cur=${words[cword]}
	fi
	case $cur in
	[\'\"]*) _sallyctl_quote=${cur:0:1} cur=${cur:1} ;;
	esac
	_sallyctl_cur=${cur//\\/}
	while [[ $i -lt $cword && ${words[i]} == -* ]]; do
		if [[ ${words[i]} == -*s ]]; then
			_sallyctl_socket=(-s "${words[i + 1]}")
			((i++))
		fi
		((i++))
	done
	# The value of -s.
	[[ $i -le $cword ]] || { _sallyctl_offer_files f; return; }
	if [[ $i -eq $cword && $_sallyctl_cur == -* ]]; then
		for name in -j -n -q -s -V; do
			_sallyctl_offer $name
		done
		return
	fi
	_sallyctl_find "${words[@]:i:cword - i}"
	if [[ -z $_sallyctl_row ]]; then
		[[ $((cword - i)) -lt 2 ]] || return
		local last=''
		for name in "${_sallyctl_next[@]}"; do
			[[ $name == "$last" ]] || _sallyctl_offer "$name"
			last=$name
		done
		return
	fi
	IFS=';' read -r name cut args opts <<<"$_sallyctl_row"
	((i++))
	[[ $name != *' '* ]] || ((i++))
	_sallyctl_behind "$args" "$opts" "${words[@]:i:cword - i}"
	# What stands before a colon is not replaced.
	if [[ $cur == *:* ]] && declare -F __ltrimcolon_completions >/dev/null; then
		__ltrimcolon_completions "$cur"
	fi
}
complete -F _sallyctl sallyctl
