# The cases of a table (bad.conf says how one looks): OUT.N.in is the
# configuration of case N, OUT.N.want what is expected of it.
# usage: awk -v base=base.conf -v out=OUT -f cases.awk TABLE

BEGIN {
	while ((getline line <base) > 0) {
		base_line[++lines] = line
		word[lines] = w = first(line)
		group[lines] = line ~ /^[a-z]/ ? w : group[lines - 1]
		if (line ~ /^[a-z]/)
			is_group[w] = 1
		else if (line ~ /^\t/)
			is_word[w] = 1
	}
}

/^##/ || /^$/ { next }
/^# / { flush(); name = $0; next }
/^- / { for (i = 2; i <= NF; i++) left_out[$i] = 1; next }
/^[<>] / { want = want $0 "\n"; next }
/^=> / {
	sub(/^=> /, "")
	want = want out "." sprintf("%03d", n + 1) ".in:" \
	    ($0 ~ /^[0-9]+: / ? "" : " ") $0 "\n"
	next
}
where == "behind" { behind = behind $0 "\n"; next }
where == "second" && /^\t/ || /^}, {/ {
	where = "second"
	network = network $0 "\n"
	next
}
/^\t/ {
	if (first($0) in is_word)
		instead[first($0)] = $0
	else
		network = network $0 "\n"
	next
}
{
	if (first($0) in is_group && !(first($0) in left_out))
		instead[first($0)] = $0
	else {
		where = "behind"
		behind = $0 "\n"
	}
}

END { flush() }

function first(text) {
	sub(/^\t/, "", text)
	sub(/[^a-z_].*/, "", text)
	return text
}

function flush(   file, i) {
	if (name == "")
		return
	file = out "." sprintf("%03d", ++n)
	print name >(file ".in")
	for (i = 2; i <= lines; i++) {
		if (group[i] in left_out || word[i] in left_out)
			continue
		if (group[i] in instead) {
			if (word[i] == group[i])
				print instead[group[i]] >(file ".in")
			continue
		}
		if (base_line[i] ~ /^}/)
			printf "%s", network >(file ".in")
		print (word[i] in instead ? instead[word[i]] : base_line[i]) \
		    >(file ".in")
	}
	printf "%s", behind >(file ".in")
	printf "%s", want >(file ".want")
	close(file ".in")
	close(file ".want")
	name = want = network = behind = where = ""
	split("", instead)
	split("", left_out)
}
