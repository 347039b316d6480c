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
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | trunc 63 | trimSuffix "-" }}
heritage: {{ .Release.Service }}
release: {{ .Release.Name }}
{{- end }}

{{- define "rancher.preUpgradeLabels" -}}
app: {{ include "rancher.fullname" . }}-pre-upgrade
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | trunc 63 | trimSuffix "-" }}
heritage: {{ .Release.Service }}
release: {{ .Release.Name }}
{{- end }}

{{- define "rancher.registry" -}}
{{- with .Values.systemDefaultRegistry }}{{ printf "%s/" (trimSuffix "/" .) }}{{ end -}}
{{- end }}

{{- /* rancherImage takes precedence, and gets no registry prefix. */ -}}
{{- define "rancher.image" -}}
{{- $tag := .Values.rancherImageTag | default .Values.image.tag | default .Chart.AppVersion -}}
{{- if .Values.rancherImage -}}
{{- printf "%s:%s" .Values.rancherImage $tag -}}
{{- else -}}
{{- $registry := .Values.image.registry | default .Values.systemDefaultRegistry -}}
{{- printf "%s%s:%s" (empty $registry | ternary "" (printf "%s/" (trimSuffix "/" $registry))) .Values.image.repository $tag -}}
{{- end -}}
{{- end }}

{{- /* "true" if an Issuer provides the certificate of the ingress, else empty. */ -}}
{{- define "rancher.needsIssuer" -}}
{{- if and (ne .Values.tls "external") (has .Values.ingress.tls.source (list "rancher" "letsEncrypt")) -}}true{{- end -}}
{{- end }}
