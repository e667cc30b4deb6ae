#!/usr/bin/env bash
# Breaks a copy of the policy on purpose, in one place at a time, and looks whether the test that is named for it fails.
# `make break` calls it; the working tree is not touched. Takes ten seconds for each break, on a busy machine a minute. With an argument only the breaks
# that are described in these words: tests/breaks.sh 'the guard is skipped'.

set -euo pipefail

copy=target/breaks
only=${1-}
tried=0
failed=0

# break_code CODE BROKEN TEST BINARY WHAT: where src/ has CODE, which must be one place, BROKEN is put instead; TEST of the
# test file BINARY must fail.
break_code() {
	local code=$1 broken=$2 test=$3 binary=$4 what=$5
	[[ $what == *"$only"* ]] || return 0
	tried=$((tried + 1))
	local -a places
	mapfile -t places < <(grep --recursive --fixed-strings -- "$code" src)
	if [ "${#places[@]}" -ne 1 ]; then
		echo "STALE   $what: ${#places[@]} lines of src/ have $code" >&2
		failed=1
		return
	fi
	local file=${places[0]%%:*} text
	text=$(<"$file")
	printf '%s\n' "${text/"$code"/"$broken"}" >"$copy/$file"
	if ! (cd "$copy" && cargo test --quiet --locked --test "$binary" --no-run) 2>"$copy/build.log"; then
		echo "STALE   $what: does not build, see $copy/build.log" >&2
		failed=1
	elif (cd "$copy" && cargo test --quiet --locked --test "$binary" -- --exact "$test") >"$copy/test.log" 2>&1; then
		if grep -q "^test result: ok. 1 passed" "$copy/test.log"; then
			echo "MISSED  $what: $test passes" >&2
		else
			echo "STALE   $what: there is no test $test" >&2
		fi
		failed=1
	elif grep -q "^test result: FAILED. 0 passed; 1 failed" "$copy/test.log"; then
		echo "CAUGHT  $what: $test"
	else
		echo "STALE   $what: $test did not run, see $copy/test.log" >&2
		failed=1
	fi
	cp "$file" "$copy/$file"
}

rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard |
	while IFS= read -rd '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
	xargs -0 cp --no-dereference --parents -t "$copy"
CARGO_TARGET_DIR=$PWD/target
# That a property fails is all that is asked: the smallest example is not looked for.
PROPTEST_MAX_SHRINK_ITERS=0
export CARGO_TARGET_DIR PROPTEST_MAX_SHRINK_ITERS

break_code "(rest.is_empty() || rest.starts_with('/')).then_some(rest)" 'Some(rest)' \
	a_path_is_read_as_the_list_of_its_elements properties \
	"a prefix matches without regard to element boundaries"
break_code 'violations.extend(guard::violations(settings, pod));' '' \
	a_pod_without_annotation_is_accepted_exactly_if_its_containers_see_nothing_else properties \
	"the guard is skipped"
break_code 'None | Some("true") => Ok(Access::ReadOnly),' 'None => Ok(Access::Writable), Some("true") => Ok(Access::ReadOnly),' \
	the_annotation_is_read_as_go_reads_it properties \
	"a request is writable by default"
break_code 'let decides = matching.max_by_key(' 'let decides = matching.min_by_key(' \
	a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted properties \
	"the least specific rule decides"
break_code 'around.sensitive_inside.iter().find(unnamed)?' 'around.sensitive_inside.iter().find(|_| false)?' \
	a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted properties \
	"directories that contain a sensitive path are let through"
break_code 'if let Some(container) = self.container_that_mounts(&name) {' 'if let Some(container) = None::<String> {' \
	every_case cases \
	"a volume is added under a name that a container mounts already"
break_code '(rule.rule.requestable || !viewer.requests)' 'true' \
	a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted properties \
	"a rule with requestable: false permits requests"
break_code 'labels.missing.push((key, value));' '' \
	a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted properties \
	"the labels of a rule's nodeSelector are not injected"
break_code 'let shared = pod.shared_processes.iter();' \
	'let shared = pod.shared_processes.iter().filter(|shared| **shared != SharedProcesses::Pod);' \
	a_pod_without_annotation_is_accepted_exactly_if_its_containers_see_nothing_else properties \
	"shareProcessNamespace is ignored"
break_code 'if longest.clone().any(|covering| self.is_for(covering)) {' 'if longest.clone().next().is_some() {' \
	no_namespace_sees_what_a_rule_as_deep_reserves_for_another properties \
	"a shorter rule gives back what is reserved for another namespace"
break_code 'below_writable: self.below_writable(&names),' 'below_writable: self.below_writable(names.get(..1).unwrap_or_default()),' \
	no_admitted_path_runs_through_a_directory_that_a_sidecar_may_write properties \
	"a writable directory is known under one name only"
break_code 'let pod = Pod::read(old, None)?;' 'let pod = Pod::read(object, None)?;' \
	ephemeral_containers_are_accepted_exactly_if_they_see_nothing_new_outside_the_settings properties \
	"ephemeral containers are judged by the pod that was sent"
if [ "$tried" -eq 0 ]; then
	echo "STALE   no break is described as $only" >&2
	failed=1
fi
exit "$failed"
