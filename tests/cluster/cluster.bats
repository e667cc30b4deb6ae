#!/usr/bin/env bats
# On a real cluster with Kubewarden and KubeVirt: `make cluster-tests CLUSTER=… MODULE=registry://…`. Installs the chart, tries it and
# removes it. Not part of `make test`.

bats_require_minimum_version 1.5.0

NAMESPACE=sidecar-hostpath-test
IMAGES=/var/lib/kubevirt/images
# KubeVirt's service account in this cluster.
CONTROLLER="${CONTROLLER:-system:serviceaccount:kubevirt:kubevirt-controller}"

setup_file() {
  kubectl create namespace "$NAMESPACE"
  kubectl label namespace "$NAMESPACE" pod-security.kubernetes.io/enforce=privileged
  # A cluster with KubeVirt's definitions alone gives its service account no rights.
  kubectl create role launcher --namespace "$NAMESPACE" --verb create,get,update,patch,delete --resource pods
  kubectl create rolebinding launcher --namespace "$NAMESPACE" --role launcher --user "$CONTROLLER"
  helm install sidecar-hostpath charts/sidecar-hostpath --namespace "$NAMESPACE" --set-string "module=$MODULE" \
    --set-json "settings.trustedCreators=[\"$CONTROLLER\"]" --set-json 'companion.validationActions=["Deny"]'
  for condition in PolicyActive PolicyUniquelyReachable; do
    kubectl wait --for="condition=$condition" --timeout=5m \
      clusteradmissionpolicy sidecar-hostpath-{inject,verify,verify-ephemeral,early}
  done
  # ValidatingAdmissionPolicies take effect a little after they are stored.
  sleep 10
}

teardown_file() {
  helm uninstall sidecar-hostpath --namespace "$NAMESPACE" --ignore-not-found --wait
  kubectl delete namespace "$NAMESPACE" --ignore-not-found
}

# pod NAME [PATH]: a launcher pod as KubeVirt renders it, whose sidecar asks for the path.
pod() {
  jq --arg name "$1" --arg namespace "$NAMESPACE" --arg path "${2:-$IMAGES}" --from-file tests/cluster/pod.jq \
    tests/fixtures/launcher-image-volume.json
}

# create NAME PATH ARGUMENT…: what the API server makes of it, or its error.
create() {
  pod "$1" "$2" | kubectl create --filename - --output json "${@:3}"
}

@test "KubeVirt's launcher pod is mounted read-only" {
  run --separate-stderr create injected "$IMAGES" --dry-run=server --as "$CONTROLLER"
  [ "$status" -eq 0 ]
  jq -e --arg path "$IMAGES" '
    [.spec.volumes[] | select(.hostPath.path == $path and .hostPath.type == "Directory") | .name] as [$name]
    | $name != null
    and ([.spec.containers[] | select(.name == "hook-sidecar-0").volumeMounts[] | select(.name == $name)]
      | length == 1 and all(.readOnly))' <<<"$output"
}

@test "a path without a rule is denied, and the message names it" {
  run create denied /etc/ssh --dry-run=server --as "$CONTROLLER"
  [ "$status" -ne 0 ]
  [[ $output == */etc/ssh* ]]
}

@test "nobody else creates a launcher pod" {
  run create other "$IMAGES" --dry-run=server
  [ "$status" -ne 0 ]
  [[ $output == *"only for pods of trusted creators"* ]]
}

@test "an ordinary pod is not affected" {
  kubectl run ordinary --namespace "$NAMESPACE" --image registry.k8s.io/pause:3.10 --dry-run=server
}

@test "the owner of a VM sees the denial at kubectl apply" {
  run kubectl create --dry-run=server --filename - < <(sed -e "s,$IMAGES,/etc/ssh," -e "s,namespace: .*,namespace: $NAMESPACE," \
    examples/vm-with-sidecar-hostpath.yaml)
  [ "$status" -ne 0 ]
  [[ $output == */etc/ssh* ]]
}

@test "kubectl debug sees the volume read-only, and never writable" {
  create stored "$IMAGES" --as "$CONTROLLER" >/dev/null
  pods="/api/v1/namespaces/$NAMESPACE/pods/stored"
  ephemeral() {
    kubectl get --raw "$pods" | jq --argjson readonly "$1" '
      ([.spec.volumes[] | select(.hostPath) | .name] | first) as $volume
      | .spec.ephemeralContainers = [{name: "debug", image: "registry.k8s.io/pause:3.10",
          volumeMounts: [{name: $volume, mountPath: "/mnt", readOnly: $readonly}]}]' |
      kubectl replace --raw "$pods/ephemeralcontainers?dryRun=All" --filename -
  }
  run ephemeral false
  [ "$status" -ne 0 ]
  ephemeral true
}

@test "doctor finds no fault" {
  "$COMMAND" doctor
}

# The last one: it removes what the others use.
@test "after uninstalling nothing is left" {
  kubectl delete pod stored --namespace "$NAMESPACE" --ignore-not-found --grace-period 0 --force
  helm uninstall sidecar-hostpath --namespace "$NAMESPACE" --wait
  left() {
    kubectl get clusteradmissionpolicies,validatingadmissionpolicies,validatingadmissionpolicybindings,clusterroles,validatingwebhookconfigurations,mutatingwebhookconfigurations \
      --output name | grep sidecar-hostpath || true
  }
  # Kubewarden's controller removes the webhooks when it sees that the policies are gone.
  for _ in {1..30}; do
    [ -n "$(left)" ] || break
    sleep 2
  done
  [ -z "$(left)" ]
  # A launcher pod of anybody again.
  create free "$IMAGES" --dry-run=server
}
