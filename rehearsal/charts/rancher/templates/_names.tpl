{{- define "rancher.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "rancher.labels" -}}
app: {{ include "rancher.fullname" . }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
heritage: {{ .Release.Service }}
release: {{ .Release.Name }}
{{- end }}

{{- define "rancher.registry" -}}
{{- with .Values.systemDefaultRegistry }}{{ printf "%s/" . }}{{ end -}}
{{- end }}

{{- /* The old names of the image's values still win, and without the registry's prefix. */ -}}
{{- define "rancher.image" -}}
{{- $tag := .Values.rancherImageTag | default .Values.image.tag | default .Chart.AppVersion -}}
{{- if .Values.rancherImage -}}
{{- printf "%s:%s" .Values.rancherImage $tag -}}
{{- else -}}
{{- $registry := .Values.image.registry | default .Values.systemDefaultRegistry -}}
{{- printf "%s%s:%s" (empty $registry | ternary "" (printf "%s/" $registry)) .Values.image.repository $tag -}}
{{- end -}}
{{- end }}

{{- /* What the ingress shows comes from an Issuer: "true" or nothing. */ -}}
{{- define "rancher.needsIssuer" -}}
{{- if and (ne .Values.tls "external") (has .Values.ingress.tls.source (list "rancher" "letsEncrypt")) -}}true{{- end -}}
{{- end }}
