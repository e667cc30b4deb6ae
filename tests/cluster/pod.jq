# The launcher pod of an admission request, as a manifest: without what a cluster sets or would delete the pod for.
.object
| del(.metadata.ownerReferences, .metadata.generateName, .spec.priority, .spec.preemptionPolicy, .spec.serviceAccount,
    .spec.serviceAccountName, .status)
| .apiVersion = "v1" | .kind = "Pod"
| .metadata.name = $name
| .metadata.namespace = $namespace
# No node has it: the pod is stored and never runs.
| .spec.nodeSelector = {"sidecar-hostpath.test/node": "none"}
| .metadata.annotations["hooks.kubevirt.io/hookSidecars"] |= (fromjson | map(.hostPath.path = $path) | tojson)
# Only Kubernetes 1.36 and newer have volumes of images without a feature gate.
| ([.spec.volumes[] | select(.image) | .name]) as $images
| .spec.volumes |= map(select(.image | not))
| (.spec.containers[], .spec.initContainers[]?) |= (.volumeMounts |= map(select(.name as $volume | $images | index($volume) | not)))
