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

{{/* Whole name of an image: dict "root" $ "image" .Values.….image */}}
{{- define "sluice.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- $tag := .image.tag | default .root.Chart.AppVersion -}}
{{- if $registry }}{{ $registry }}/{{ end }}{{ .image.repository }}:{{ $tag }}{{ if .image.digest }}@{{ .image.digest }}{{ end }}
{{- end }}

{{/* Names of all Secrets for the registry, as JSON. */}}
{{- define "sluice.pullSecrets" -}}
{{- $names := .Values.global.imagePullSecrets -}}
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

{{- define "sluice.namespaceSelector" -}}
{{- dict "matchLabels" (dict "kubernetes.io/metadata.name" .) | toJson -}}
{{- end }}
