#!/usr/bin/env bash
# Refuses a cluster that is not the one that CLUSTER names, and one that has the policies already: the tests install and remove them.

set -euo pipefail

refuse() {
	printf '%s\n' "make: $*" >&2
	exit 1
}

context=$(kubectl config current-context 2>/dev/null) || refuse 'kubectl has no current context'
[ -n "${CLUSTER:-}" ] || refuse "name the cluster: make cluster-tests CLUSTER=$context MODULE=registry://…"
[ "$CLUSTER" = "$context" ] || refuse "the current context is $context, not $CLUSTER"
[ -n "${MODULE:-}" ] || refuse 'name the module, as policy servers pull it: MODULE=registry://…'
policies=$(kubectl get clusteradmissionpolicies --output name --request-timeout 30s 2>/dev/null) || refuse "$context has no ClusterAdmissionPolicies that can be read"
[[ $policies != *sidecar-hostpath* ]] || refuse "$context has policies of this project already, which the tests would remove"
