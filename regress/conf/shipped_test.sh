# Files that we ship, in the tools that people read them with.  The example
# configuration is tried in conf_test.sh, the unit in service_test.sh, the
# document's examples in net/openapi_test.sh.

. "${TOP:-.}/regress/lib.sh"

DOC=$TOP/etc/openapi.yaml

# JSON in a YAML file: YAML forbids tabs in front of a word, JSON does not.
is "openapi.yaml has no tabs" "$(grep -c "$(printf '\t')" "$DOC")" 0
# Some parsers look no further for the end of a key.
is "openapi.yaml has no long lines" "$(awk 'length > 1000' "$DOC" | wc -l)" 0

# The same document, whatever reads it: as JSON with sorted keys.
sorted() {
	python3 -c 'import json, sys
json.dump(json.load(sys.stdin), sys.stdout, sort_keys=True)'
}
by_yaml() {		# LOADER
	python3 -c 'import json, sys, yaml
json.dump(yaml.load(open(sys.argv[1]), getattr(yaml, sys.argv[2])),
    sys.stdout, sort_keys=True)' "$DOC" "$1"
}
has_yaml() {
	python3 -c "import yaml; yaml.$1"
}

if command -v python3 >/dev/null; then
	check "openapi.yaml is JSON" eval 'sorted <"$DOC" >"$WORK/json"'
	for loader in SafeLoader CSafeLoader; do
		if ! has_yaml $loader 2>/dev/null; then
			skip "openapi.yaml by $loader" "no python3-yaml with it"
			continue
		fi
		check "openapi.yaml by $loader" \
		    eval 'by_yaml $loader >"$WORK/yaml"'
		check "openapi.yaml by $loader is the same" \
		    cmp "$WORK/json" "$WORK/yaml"
	done
else
	skip "openapi.yaml" "no python3"
fi

if command -v shellcheck >/dev/null; then
	check "rc script, shellcheck" \
	    shellcheck -s sh "$TOP/etc/rc.d/sallyport"
else
	skip "rc script, shellcheck" "no shellcheck"
fi

# README's configuration in the place of autowg's options.
awk '/^```/ { on = 0 } on; /^## Instead of autowg/ { here = 1 }
    here && /^```$/ && !done { on = done = 1 }' "$TOP/README.md" \
    >"$WORK/autowg.conf"
chmod 640 "$WORK/autowg.conf"
check "README: instead of autowg" grep -q '^autowg:' "$WORK/autowg.conf"
check_status "README: instead of autowg loads" 0 "$BIN/netd" -nn \
    -f "$WORK/autowg.conf"

finish
