{{/* Labels of everything that the chart itself makes. */}}
{{- define "sluice.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") | quote }}
app.kubernetes.io/part-of: sluice
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "sluice.controllerSelector" -}}
app.kubernetes.io/name: sluice-controller
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "sluice.redisSelector" -}}
app.kubernetes.io/name: sluice-redis
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Of what is in no namespace: list $ NAME. By colons, which no release and no namespace has: no other release says the same. */}}
{{- define "sluice.clusterName" -}}
{{- $root := index . 0 -}}
{{- printf "%s:%s:%s" $root.Release.Namespace $root.Release.Name (index . 1) -}}
{{- end }}

{{/* Of pods: list SELECTOR LABELS. What they are found by is not for anybody else to say. */}}
{{- define "sluice.podLabels" -}}
{{- $own := merge (dict "app.kubernetes.io/part-of" "sluice") (index . 0 | fromYaml) -}}
{{- toYaml (merge $own (index . 1 | default dict)) -}}
{{- end }}

{{/* Of what somebody else looks for by labels of theirs: list $ LABELS. */}}
{{- define "sluice.labelsAnd" -}}
{{- toYaml (merge (deepCopy (index . 1 | default dict)) (include "sluice.labels" (index . 0) | fromYaml)) -}}
{{- end }}

{{/* Whole name of an image: dict "root" $ "image" .Values.….image */}}
{{- define "sluice.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- $tag := .image.tag | default .root.Chart.AppVersion -}}
{{- if $registry }}{{ $registry }}/{{ end }}{{ .image.repository }}:{{ $tag }}{{ if .image.digest }}@{{ .image.digest }}{{ end }}
{{- end }}

{{/* Names of all Secrets for the registry, as JSON. */}}
{{- define "sluice.pullSecrets" -}}
{{- $names := .Values.global.imagePullSecrets | default list -}}
{{- if .Values.imagePullSecret.dockerConfigJson }}{{ $names = append $names .Values.imagePullSecret.name }}{{ end -}}
{{- $names | uniq | toJson -}}
{{- end }}

{{/* Pods of ours: of nobody in particular, with no right to anything. */}}
{{- define "sluice.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "sluice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Secret with the password of Redis, in the namespace of the data plane; empty where an external one has none. */}}
{{- define "sluice.redisSecretName" -}}
{{- .Values.redis.auth.secretName | default (.Values.redis.enabled | ternary "redis" "") -}}
{{- end }}

{{- define "sluice.redisSecretKey" -}}
{{- if .Values.redis.auth.secretName }}{{ .Values.redis.auth.secretKey }}{{ else }}password{{ end -}}
{{- end }}

{{/* Where Gateways count, as JSON; empty where each pod counts for itself. */}}
{{- define "sluice.store" -}}
{{- $redis := .Values.redis -}}
{{- if and $redis.enabled $redis.external.addresses -}}
{{- fail "redis.enabled and redis.external.addresses exclude each other" -}}
{{- end -}}
{{- if or $redis.enabled $redis.external.addresses -}}
{{- $bundled := list (printf "redis.%s.svc:6379" .Values.dataplane.namespace) -}}
{{- $store := dict "addresses" ($redis.enabled | ternary $bundled $redis.external.addresses) -}}
{{- with include "sluice.redisSecretName" . -}}
{{- $_ := set $store "password" (dict "secretKeyRef" (dict "name" . "key" (include "sluice.redisSecretKey" $))) -}}
{{- end -}}
{{- if not $redis.enabled -}}
{{- with $redis.external.username }}{{ $_ := set $store "username" . }}{{ end -}}
{{- with $redis.external.database }}{{ $_ := set $store "database" (int .) }}{{ end -}}
{{- if $redis.external.tls }}{{ $_ := set $store "tls" dict }}{{ end -}}
{{- end -}}
{{- dict "redis" (mergeOverwrite $store (deepCopy ($redis.parameters | default dict))) | toJson -}}
{{- else if $redis.parameters -}}
{{- fail "redis.parameters belong to a Redis: set redis.enabled, or name redis.external.addresses" -}}
{{- end -}}
{{- end }}

{{/* Not empty where the chart has something to say of every Gateway of its class, and nobody else does. */}}
{{- define "sluice.hasClassParameters" -}}
{{- if and .Values.gatewayClass.create (not .Values.gatewayClass.parametersRef) (include "sluice.store" .) }}yes{{ end -}}
{{- end }}

{{- define "sluice.namespaceSelector" -}}
{{- dict "matchLabels" (dict "kubernetes.io/metadata.name" .) | toJson -}}
{{- end }}
