#!/usr/bin/env bash
# Breaks a copy of the policy on purpose, in one place at a time, and looks whether the test that is named for it fails.
# `make break` calls it; the working tree is not touched. Takes about a minute for each break.

set -euo pipefail

copy=target/breaks
failed=0

# break_in FILE SED TEST BINARY WHAT: the property TEST of the test file BINARY must fail.
break_in() {
	local file=$1 expression=$2 test=$3 binary=$4 what=$5
	cp "$file" "$copy/$file"
	sed -i "$expression" "$copy/$file"
	if cmp -s "$file" "$copy/$file"; then
		echo "STALE   $what: $file has changed, nothing to break" >&2
		failed=1
		return
	fi
	if ! (cd "$copy" && cargo test --quiet --locked --test "$binary" --no-run) 2>"$copy/build.log"; then
		echo "STALE   $what: does not build, see $copy/build.log" >&2
		failed=1
	elif (cd "$copy" && cargo test --quiet --locked --test "$binary" -- --exact "$test") >"$copy/test.log" 2>&1; then
		echo "MISSED  $what: $test passes" >&2
		failed=1
	elif grep -q "^test result: FAILED. 0 passed; 1 failed" "$copy/test.log"; then
		echo "CAUGHT  $what: $test"
	else
		echo "STALE   $what: there is no test $test" >&2
		failed=1
	fi
	cp "$file" "$copy/$file"
}

rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --no-dereference --parents -t "$copy"
CARGO_TARGET_DIR=$PWD/target
export CARGO_TARGET_DIR

break_in src/base/aliases.rs "s/rest.is_empty() || rest.starts_with('\/')/true/" \
	a_path_is_read_as_the_list_of_its_elements properties \
	"a prefix matches without regard to element boundaries"
break_in src/objects/launcher.rs '/violations.extend(guard::violations(settings, pod, &plan.met));/d' \
	a_pod_without_annotation_is_accepted_exactly_if_its_sidecars_see_nothing_else properties \
	"the guard is skipped"
break_in src/requests/entry.rs 's/None | Some("true") => Ok(Access::ReadOnly),/None => Ok(Access::Writable), Some("true") => Ok(Access::ReadOnly),/' \
	the_annotation_is_read_as_go_reads_it properties \
	"a request is writable by default"
break_in src/requests/deciding.rs 's/matching.max_by_key(|covering| covering.rule.specificity(covering.length))/matching.reduce(|_, first| first)/' \
	a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted properties \
	"the first rule that matches decides"
break_in src/requests/judge.rs 's/path.contained().iter().find_map(inside)/path.contained().iter().find_map(|_| None::<\&HostPath>)/' \
	a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted properties \
	"directories that contain a sensitive path are let through"
break_in src/pod/inject/volume.rs 's/if let Some(container) = self.container_that_mounts(&name)/if let Some(container) = None::<String>/' \
	a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted properties \
	"a volume is added under a name that a container mounts already"
break_in src/pod/guard.rs 's/|| guard.is_guarded(mount)/|| false/' \
	a_pod_without_annotation_is_accepted_exactly_if_its_sidecars_see_nothing_else properties \
	"other containers may write through the volume of a sidecar"
break_in src/objects/ephemeral.rs 's/Pod::read(old, None, &LISTS)/Pod::read(object, None, \&LISTS)/' \
	ephemeral_containers_are_accepted_exactly_if_they_see_nothing_new_outside_the_settings properties \
	"ephemeral containers are judged by the pod that was sent"
break_in src/pod/sidecars.rs 's/container.is_hook_sidecar() || is_plugin_sidecar(container, &sockets)/container.is_hook_sidecar()/' \
	a_pod_without_annotation_is_accepted_exactly_if_its_sidecars_see_nothing_else properties \
	"the sidecars of plugins are not judged"
break_in src/requests/judge.rs 's/names.iter().any(is_above)/names.iter().take(1).any(is_above)/' \
	no_admitted_path_runs_through_a_directory_that_a_sidecar_may_write properties \
	"a writable directory is known under one name only"
break_in src/pod/guard.rs 's/if settings.recursive_read_only == enabled/if false/' \
	a_pod_without_annotation_is_accepted_exactly_if_its_sidecars_see_nothing_else properties \
	"recursiveReadOnly: Enabled is not asked of mounts by others"
break_in src/requests/deciding.rs 's/if let Some(whom) = taken {/if let Some(whom) = taken.filter(|_| false) {/' \
	no_namespace_sees_what_a_rule_as_deep_reserves_for_another properties \
	"a shorter rule gives back what is reserved for another namespace"
break_in src/requests/deciding.rs 's/if settings.taken.is_below(path, container, &settings.rules)/if false/' \
	no_namespace_sees_what_a_rule_as_deep_reserves_for_another properties \
	"directories that contain what is reserved for another namespace are let through"
break_in src/requests/judge.rs 's/if !path.is_at_or_below(directory) =>/if false =>/' \
	a_pod_as_kubevirt_makes_it_is_accepted_exactly_if_its_annotation_is_permitted properties \
	"a request for an admin's container may be mounted anywhere in it"
break_in src/pod/guard.rs 's/rule.filter(|rule| !is_for(rule, container))/rule.filter(|_| false)/' \
	every_case cases \
	"other containers may mount what a rule has for one container"
exit "$failed"
