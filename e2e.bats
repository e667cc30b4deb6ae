#!/usr/bin/env bats
# Cluster-like runs of the built module, through `kwctl run` or our own `sidecar-hostpath run`.
# What each case means in full is in tests/cases; these few show that module and host understand each other.

IMAGES='{"allowedHostPaths":[{"pathPrefix":"/var/lib/kubevirt/images"}]}'

setup() {
  request="$BATS_TEST_TMPDIR/request.json"
  cp tests/fixtures/launcher-image-volume.json "$request"
}

# evaluate [SETTINGS]: the response to $request, in $response; the log goes nowhere.
evaluate() {
  response="$("${KWCTL:-kwctl}" run "${POLICY:-policy.wasm}" --request-path "$request" \
    --settings-json "${1:-$IMAGES}" 2>/dev/null)"
}

# edit FILTER: changes $request with jq.
edit() {
  jq "$1" "$request" >"$request.new"
  mv "$request.new" "$request"
}

# annotation ENTRIES: sets the hook sidecar annotation.
annotation() {
  edit ".object.metadata.annotations[\"hooks.kubevirt.io/hookSidecars\"] = ($1 | tojson)"
}

# holds FILTER: fails unless the response makes the jq filter true.
holds() {
  jq -e "$1" <<<"$response" >/dev/null || {
    echo "not so: $1"
    jq . <<<"$response"
    return 1
  }
}

@test "the example is mounted read-only, and nothing else changes" {
  evaluate
  holds '.allowed and .patchType == "JSONPatch"'
  holds '.patch | @base64d | fromjson | length == 2 and all(.[]; .op == "add")'
  holds '.patch | @base64d | fromjson | any(.[]; .value == {name: "hook-sidecar-0-hostpath",
    hostPath: {path: "/var/lib/kubevirt/images", type: "Directory"}})'
  holds '.patch | @base64d | fromjson | any(.[]; .value == {name: "hook-sidecar-0-hostpath",
    mountPath: "/host-images", readOnly: true, recursiveReadOnly: "IfPossible"})'
  holds '.auditAnnotations["host-paths"] | fromjson | length == 1'
}

@test "a path that only begins like an allowed one is denied" {
  annotation '[{hostPath: {path: "/var/lib/kubevirt/imagesX", volumePath: "/host-images"}}]'
  evaluate
  holds '.allowed == false and .status.code == 403 and (has("patch") | not)'
  holds '.status.message == "metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath.path: Forbidden: \"/var/lib/kubevirt/imagesX\" is under none of the allowed host paths: /var/lib/kubevirt/images"'
}

@test "all violations are reported at once" {
  annotation '[{hostPath: {path: "/etc", volumePath: "/proc", type: "Socket"}}, 7]'
  evaluate
  holds '.status.message | split("; ") | length == 3'
}

@test "a writable mount needs a rule that allows it, and is warned about" {
  annotation '[{hostPath: {path: "/srv/scratch", volumePath: "/scratch", readOnly: false}}]'
  evaluate '{"allowedHostPaths":[{"path":"/srv/scratch"}]}'
  holds '.allowed == false'
  evaluate '{"allowedHostPaths":[{"path":"/srv/scratch","readOnly":false}]}'
  holds '.allowed and .warnings == ["hook-sidecar-0 may write to host path \"/srv/scratch\""]'
}

@test "verifyOnly denies the pod that lacks the mount" {
  evaluate '{"verifyOnly":true,"allowedHostPaths":[{"pathPrefix":"/var/lib/kubevirt/images"}]}'
  holds '.allowed == false and .status.code == 422'
}

@test "a garbled annotation is denied, not trapped on" {
  edit '.object.metadata.annotations["hooks.kubevirt.io/hookSidecars"] = "[{\"hostPath\""'
  evaluate
  holds '.allowed == false and .status.code == 422'
}

@test "an ordinary pod is accepted untouched" {
  cp tests/fixtures/pod-plain.json "$request"
  evaluate
  holds '.allowed and (has("patch") | not)'
}

@test "kubectl debug cannot mount the injected volume writable" {
  cp tests/fixtures/ephemeral-container.json "$request"
  mount='{name: "hook-sidecar-0-hostpath", mountPath: "/look"}'
  edit ".object.spec.ephemeralContainers[0].volumeMounts = [$mount]"
  evaluate
  holds '.allowed == false and .status.code == 403'
  holds '.status.message | startswith("spec.ephemeralContainers[0].volumeMounts[0].readOnly: Forbidden: ")'
  edit '.object.spec.ephemeralContainers[0].volumeMounts[0].readOnly = true'
  evaluate
  holds '.allowed and (has("patch") | not)'
}

@test "a VM is denied for what its pod would be denied for" {
  cp tests/fixtures/vm.json "$request"
  evaluate
  holds '.allowed and (has("patch") | not)'
  edit '.object.spec.template.metadata.annotations["hooks.kubevirt.io/hookSidecars"]
    = ([{hostPath: {path: "/etc", volumePath: "/host-etc"}}] | tojson)'
  evaluate
  holds '.status.message == "spec.template.metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath.path: Forbidden: \"/etc\" is under none of the allowed host paths: /var/lib/kubevirt/images"'
  edit '.operation = "UPDATE" | .oldObject = .object | .object.spec.runStrategy = "Halted"'
  evaluate
  holds '.allowed and (has("patch") | not)'
}

@test "settings are refused with every fault" {
  run bash -c '"${KWCTL:-kwctl}" run "${POLICY:-policy.wasm}" --request-path "$1" --settings-json "$2" 2>&1 >/dev/null' \
    - "$request" '{"allowedHostPaths":[{"pathPrefix":"/a","readOnly":false}],"nope":1}'
  [ "$status" -eq 1 ]
  grep -F 'Error: Provided settings are not valid: ' <<<"$output"
  grep -F 'settings.allowedHostPaths[0].readOnly: Invalid value: false' <<<"$output"
  grep -F '"nope": unknown key' <<<"$output"
}
