{{/*
What all policies have in common: metadata, module, mode and settings. `deploy/` has the reasons for the rest of each.
Arguments: root, name, verifyOnly.
*/}}
{{- define "sidecar-hostpath.policy" -}}
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata:
  name: sidecar-hostpath-{{ .name }}
  # Copied to every policy report.
  annotations:
    io.kubewarden.policy.category: Resource validation
    io.kubewarden.policy.severity: high
spec:
  module: {{ .root.Values.module | required "module is missing: the address of the module in your registry, such as registry://registry.example.com/policies/kubevirt-sidecar-hostpath-policy:v0.1.0" | quote }}
  mode: {{ .root.Values.mode }}
  {{- with .root.Values.policyServer }}
  policyServer: {{ . | quote }}
  {{- end }}
  settings:
    {{- set (deepCopy .root.Values.settings) "verifyOnly" .verifyOnly | toYaml | nindent 4 }}
{{- end }}

{{/* KubeVirt sets this label on every launcher pod. */}}
{{- define "sidecar-hostpath.launchers" -}}
objectSelector:
  matchExpressions:
    - key: kubevirt.io
      operator: In
      values: [virt-launcher]
{{- end }}
