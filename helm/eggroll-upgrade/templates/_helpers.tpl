{{/* Names, labels, and what several templates need. */}}

{{- define "eggroll-upgrade.name" -}}
{{- include "eggroll-upgrade.short" (default .Chart.Name .Values.nameOverride) -}}
{{- end -}}

{{/*
Short enough for what is appended: the action, a hash, and what Kubernetes appends to Pods. What is cut off stays in a hash, so that two
names that begin alike stay two. A name ends with no dash and no dot.
*/}}
{{- define "eggroll-upgrade.short" -}}
{{- if gt (len .) 40 -}}
{{- regexReplaceAll "[-.]+$" (trunc 31 .) "" }}-{{ sha256sum . | trunc 8 -}}
{{- else -}}
{{- regexReplaceAll "[-.]+$" . "" -}}
{{- end -}}
{{- end -}}

{{/* A text or a number as a text. What helm keeps of a release makes other numbers of whole ones, and those would print differently. */}}
{{- define "eggroll-upgrade.text" -}}
{{- kindIs "string" . | ternary . (toJson .) -}}
{{- end -}}

{{- define "eggroll-upgrade.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- include "eggroll-upgrade.short" .Values.fullnameOverride -}}
{{- else if contains (include "eggroll-upgrade.name" .) .Release.Name -}}
{{- include "eggroll-upgrade.short" .Release.Name -}}
{{- else -}}
{{- include "eggroll-upgrade.short" (printf "%s-%s" .Release.Name (include "eggroll-upgrade.name" .)) -}}
{{- end -}}
{{- end -}}

{{/* Quoted, as are all names that a person chooses: to YAML, 20261127 is a number. */}}
{{- define "eggroll-upgrade.selectorLabels" -}}
app.kubernetes.io/name: {{ include "eggroll-upgrade.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* Those of the Pod: nothing in them changes a Job that would do the same. */}}
{{- define "eggroll-upgrade.podLabels" -}}
{{ include "eggroll-upgrade.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: upgrade
app.kubernetes.io/part-of: eggroll
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "eggroll-upgrade.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "eggroll-upgrade.podLabels" . }}
{{- end -}}

{{/*
Metadata of an object but Pods: `name`; `labels` and `annotations`, which the values give for this object alone, win over those for all, and
those over `ownAnnotations` of the chart. Its labels, `ownLabels` among them, stay as they are: objects are found by them.
*/}}
{{- define "eggroll-upgrade.metadata" -}}
name: {{ .name | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- $own := include "eggroll-upgrade.labels" .root | fromYaml }}
  {{- include "eggroll-upgrade.lastWins" (list .root.Values.commonLabels .labels .ownLabels $own) | nindent 2 }}
{{- with include "eggroll-upgrade.lastWins" (list .ownAnnotations .root.Values.commonAnnotations .annotations) }}
annotations:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Several maps as one, in YAML; nothing when there is nothing in them. Unlike in `merge`, an empty text is a value as any other. */}}
{{- define "eggroll-upgrade.lastWins" -}}
{{- $all := dict -}}
{{- range . -}}
{{- range $key, $value := . -}}
{{- $all = set $all $key $value -}}
{{- end -}}
{{- end -}}
{{- if $all -}}
{{- toYaml $all -}}
{{- end -}}
{{- end -}}

{{- define "eggroll-upgrade.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "eggroll-upgrade.stateClaim" -}}
{{- .Values.state.existingClaim | default (printf "%s-state" (include "eggroll-upgrade.fullname" .)) -}}
{{- end -}}

{{/* Does the cluster tell exit codes apart (podFailurePolicy is on by default since 1.26)? */}}
{{- define "eggroll-upgrade.knowsExitCodes" -}}
{{- if semverCompare ">=1.26.0-0" .Capabilities.KubeVersion.Version }}true{{ end -}}
{{- end -}}

{{/* How the package comes: claim, hostPath, url, imageVolume or imageCopy. */}}
{{- define "eggroll-upgrade.packageWay" -}}
{{- with .Values.package -}}
{{- if .existingClaim }}claim
{{- else if .hostPath }}hostPath
{{- else if .url }}url
{{- else if eq .image.mount "volume" }}imageVolume
{{- else if and (eq .image.mount "auto") (semverCompare ">=1.35.0-0" $.Capabilities.KubeVersion.Version) }}imageVolume
{{- else }}imageCopy
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The same for an action; empty for those that need no package: going back must not depend on it. */}}
{{- define "eggroll-upgrade.packageFor" -}}
{{- if has .action (list "plan" "upgrade") }}{{ include "eggroll-upgrade.packageWay" .root }}{{ end -}}
{{- end -}}

{{- define "eggroll-upgrade.pathInImage" -}}
{{ clean (printf "/%s" .Values.package.path) }}
{{- end -}}

{{- define "eggroll-upgrade.packagePath" -}}
{{- $way := include "eggroll-upgrade.packageWay" . -}}
{{- if eq $way "url" -}}
/package/package.tar.gz
{{- else if eq $way "imageCopy" -}}
/package/{{ include "eggroll-upgrade.pathInImage" . | base }}
{{- else -}}
{{ clean (printf "/package/%s" .Values.package.path) }}
{{- end -}}
{{- end -}}

{{/* Text of the files below /config that the chart makes, as a map. */}}
{{- define "eggroll-upgrade.files" -}}
{{- $files := dict -}}
{{- if not .Values.lists.existingConfigMap -}}
{{- $files = set $files "nm_ip_list" .Values.lists.nmIpList -}}
{{- $files = set $files "rs_ip_list" .Values.lists.rsIpList -}}
{{- end -}}
{{- with .Values.database -}}
{{- if and (eq .migration "file") (not .existingConfigMap) -}}
{{- $files = set $files "mysql_file.sql" .sql -}}
{{- end -}}
{{- if and (ne .migration "none") .tlsCa -}}
{{- $files = set $files "mysql_tls_ca.pem" .tlsCa -}}
{{- end -}}
{{- end -}}
{{- toJson $files -}}
{{- end -}}

{{/* The variables that are no secrets, as a map. */}}
{{- define "eggroll-upgrade.variables" -}}
{{- $v := dict "EGGROLL_HOME" .Values.eggrollHome "PKG_BASE_PATH" (include "eggroll-upgrade.packagePath" .) -}}
{{- with .Values.package.sha256 }}{{ $v = set $v "PKG_SHA256" . }}{{ end -}}
{{- with .Values.ssh -}}
{{- $v = merge $v (dict "SSH_USER" .user "SSH_PORT" (.port | int | toString) "SSH_HOST_KEY_CHECKING" .hostKeyChecking) -}}
{{- with .jump }}{{ $v = set $v "SSH_JUMP" . }}{{ end -}}
{{- end -}}
{{- with .Values.database -}}
{{- if eq .migration "none" -}}
{{- $v = set $v "MYSQL_FILE" "none" -}}
{{- else -}}
{{- $v = merge $v (dict "MYSQL_HOST" .host "MYSQL_PORT" (.port | int | toString) "MYSQL_DB" .name "MYSQL_USER" .user "MYSQL_TLS" .tls) -}}
{{- $v = set $v "MYSQL_FILE" (ternary "auto" "/config/mysql_file.sql" (eq .migration "auto")) -}}
{{- if .tlsCa }}{{ $v = set $v "MYSQL_TLS_CA_FILE" "/config/mysql_tls_ca.pem" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- with .Values.job.lockWaitSeconds }}{{ $v = set $v "LOCK_WAIT_SECONDS" (. | int | toString) }}{{ end -}}
{{- range $name, $value := .Values.env -}}
{{- $v = set $v $name (include "eggroll-upgrade.text" $value) -}}
{{- end -}}
{{- toJson $v -}}
{{- end -}}

{{/* What the Secret of the chart holds, as a map; empty when all Secrets are yours. */}}
{{- define "eggroll-upgrade.secrets" -}}
{{- $secrets := dict -}}
{{- with .Values.ssh -}}
{{- if not .existingSecret -}}
{{- if .privateKey }}{{ $secrets = set $secrets "id" .privateKey }}{{ end -}}
{{- if .passphrase }}{{ $secrets = set $secrets "passphrase" .passphrase }}{{ end -}}
{{- if .password }}{{ $secrets = set $secrets "password" .password }}{{ end -}}
{{- if .knownHosts }}{{ $secrets = set $secrets "known_hosts" .knownHosts }}{{ end -}}
{{- end -}}
{{- end -}}
{{- with .Values.database -}}
{{- if and (ne .migration "none") (not .existingSecret) }}{{ $secrets = set $secrets "mysql" .password }}{{ end -}}
{{- end -}}
{{- toJson $secrets -}}
{{- end -}}

{{/* Objects that a Pod mounts have a name by their content: what a Pod began with never changes under it. */}}
{{- define "eggroll-upgrade.filesName" -}}
{{ include "eggroll-upgrade.fullname" . }}-files-{{ include "eggroll-upgrade.files" . | sha256sum | trunc 10 }}
{{- end -}}

{{- define "eggroll-upgrade.variablesName" -}}
{{ include "eggroll-upgrade.fullname" . }}-env-{{ include "eggroll-upgrade.variables" . | sha256sum | trunc 10 }}
{{- end -}}

{{/* Names are no secrets: a hash that is dear to compute (scrypt), and so is computed once, does not give a weak password away. */}}
{{- define "eggroll-upgrade.secretName" -}}
{{- if not (hasKey .Values "secretHash") -}}
{{- $site := printf "%s/%s" .Release.Namespace .Release.Name -}}
{{- $hash := derivePassword 1 "maximum" (include "eggroll-upgrade.secrets" .) "eggroll-upgrade" $site | sha256sum | trunc 10 -}}
{{- $_ := set .Values "secretHash" $hash -}}
{{- end -}}
{{ include "eggroll-upgrade.fullname" . }}-secrets-{{ .Values.secretHash }}
{{- end -}}

{{/*
The name of the Job tells what it would do: what cannot be changed in a Job, so another run is another Job. How often and how long it may
try is not part of it.
*/}}
{{- define "eggroll-upgrade.jobName" -}}
{{- $run := include "eggroll-upgrade.text" .Values.run -}}
{{ include "eggroll-upgrade.fullname" . }}-{{ .Values.action }}-{{ printf "%s %s" $run (include "eggroll-upgrade.fixedSpec" .) | sha256sum | trunc 10 }}
{{- end -}}

{{/* A value for `run` that is another one than now. */}}
{{- define "eggroll-upgrade.nextRun" -}}
{{- $run := include "eggroll-upgrade.text" .Values.run -}}
{{- if not $run -}}2
{{- else if regexMatch "^[1-9][0-9]{0,8}$" $run -}}{{ add1 (atoi $run) }}
{{- else -}}{{ $run | replace " " "-" }}-2
{{- end -}}
{{- end -}}
