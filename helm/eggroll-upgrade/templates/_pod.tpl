{{/* The Pod of the Job and of `helm test`. Takes root, action, and whether further tries have to know how the first one ended. */}}

{{- define "eggroll-upgrade.podSpec" -}}
{{- $root := .root -}}
{{- with .root -}}
{{- $way := include "eggroll-upgrade.packageFor" $ -}}
{{- $usesDatabase := ne .Values.database.migration "none" -}}
restartPolicy: Never
automountServiceAccountToken: false
# Variables such as MYSQL_PORT, which Kubernetes makes for a Service called mysql, would pass for ours.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.job.terminationGracePeriodSeconds | int64 }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.serviceAccountName }}
serviceAccountName: {{ . | quote }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.hostNetwork }}
hostNetwork: true
{{- end }}
{{- with .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or (eq $way "url") (eq $way "imageCopy") }}
initContainers:
  - name: package
    {{- if eq $way "url" }}
    image: {{ include "eggroll-upgrade.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command: [/usr/bin/tini, --, node, /app/dist/fetch-package.js]
    args: [{{ .Values.package.url | quote }}, {{ .Values.package.sha256 | trimPrefix "sha256:" | quote }}, /package/package.tar.gz]
    {{- if or .Values.package.urlHeaderSecret .Values.extraEnv }}
    env:
      {{- if .Values.package.urlHeaderSecret }}
      - name: PKG_URL_HEADER_FILE
        value: /secrets/package/header
      {{- end }}
      {{- with .Values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- end }}
    {{- else }}
    image: {{ .Values.package.image.reference | quote }}
    imagePullPolicy: {{ .Values.package.image.pullPolicy }}
    command: [cp, -Rp, --, {{ include "eggroll-upgrade.pathInImage" . | quote }}, /package/]
    {{- end }}
    terminationMessagePolicy: FallbackToLogsOnError
    securityContext:
      {{- toYaml .Values.containerSecurityContext | nindent 6 }}
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
    volumeMounts:
      - name: package
        mountPath: /package
      {{- if and (eq $way "url") .Values.package.urlHeaderSecret }}
      - name: package-header
        mountPath: /secrets/package
        readOnly: true
      {{- end }}
      {{- with .Values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
{{- end }}
containers:
  - name: eggroll-upgrade
    image: {{ include "eggroll-upgrade.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args: [{{ $.action }}]
    envFrom:
      - configMapRef:
          name: {{ include "eggroll-upgrade.variablesName" . | quote }}
    env:
      {{- include "eggroll-upgrade.secretFiles" . | trim | nindent 6 }}
      {{- if $.knowsTries }}
      - name: JOB_NAME
        valueFrom:
          fieldRef: { fieldPath: "metadata.labels['job-name']" }
      # A Job that is made again under the same name is another one.
      - name: JOB_UID
        valueFrom:
          fieldRef: { fieldPath: "metadata.labels['controller-uid']" }
      - name: RETRY_OF
        value: $(JOB_NAME)-$(JOB_UID)
      {{- end }}
      {{- with .Values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    terminationMessagePolicy: FallbackToLogsOnError
    securityContext:
      {{- toYaml .Values.containerSecurityContext | nindent 6 }}
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /config
        readOnly: true
      - name: ssh
        mountPath: /secrets/ssh
        readOnly: true
      {{- if $usesDatabase }}
      - name: mysql
        mountPath: /secrets/mysql
        readOnly: true
      {{- end }}
      {{- if .Values.notify.existingSecret }}
      - name: notify
        mountPath: /secrets/notify
        readOnly: true
      {{- end }}
      {{- if $way }}
      - name: package
        mountPath: /package
        readOnly: true
      {{- end }}
      - name: state
        mountPath: /state
      - name: tmp
        mountPath: /tmp
      {{- with .Values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  {{- include "eggroll-upgrade.volumes" (merge (dict "package" $way) .) | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* Where the secrets are: files, never values. */}}
{{- define "eggroll-upgrade.secretFiles" -}}
{{- $ssh := .Values.ssh -}}
{{- $made := not $ssh.existingSecret -}}
{{- $keys := $ssh.existingSecretKeys -}}
{{- /* Whoever names the variable demands the key: a login by password alone has none. */}}
{{- if or (and $made $ssh.privateKey) (and (not $made) $keys.privateKey) }}
- name: SSH_PRIVATE_KEY_FILE
  value: /secrets/ssh/id
{{- end }}
{{- if or (and $made $ssh.passphrase) (and (not $made) $keys.passphrase) }}
- name: SSH_PASSPHRASE_FILE
  value: /secrets/ssh/passphrase
{{- end }}
{{- if or (and $made $ssh.password) (and (not $made) $keys.password) }}
- name: SSH_PASSWORD_FILE
  value: /secrets/ssh/password
{{- end }}
{{- if ne .Values.database.migration "none" }}
- name: MYSQL_PWD_FILE
  value: /secrets/mysql/password
{{- end }}
{{- if .Values.notify.existingSecret }}
- name: NOTIFY_URL_FILE
  value: /secrets/notify/url
{{- end }}
{{- end -}}

{{- define "eggroll-upgrade.volumes" -}}
{{- $way := .package -}}
{{- $files := include "eggroll-upgrade.filesName" . -}}
- name: config
  projected:
    sources:
      {{- if include "eggroll-upgrade.files" . | fromJson }}
      - configMap:
          name: {{ $files | quote }}
      {{- end }}
      {{- with .Values.lists.existingConfigMap }}
      - configMap:
          name: {{ . | quote }}
          items:
            - { key: nm_ip_list, path: nm_ip_list }
            - { key: rs_ip_list, path: rs_ip_list }
      {{- end }}
      {{- if and (eq .Values.database.migration "file") .Values.database.existingConfigMap }}
      - configMap:
          name: {{ .Values.database.existingConfigMap | quote }}
          items:
            - { key: mysql_file.sql, path: mysql_file.sql }
      {{- end }}
- name: ssh
  secret:
    defaultMode: 0440
    {{- with .Values.ssh }}
    {{- if .existingSecret }}
    secretName: {{ .existingSecret | quote }}
    items:
      {{- with .existingSecretKeys }}
      {{- range $path, $key := dict "id" .privateKey "passphrase" .passphrase "password" .password "known_hosts" .knownHosts }}
      {{- if $key }}
      - { key: {{ $key | quote }}, path: {{ $path }} }
      {{- end }}
      {{- end }}
      {{- end }}
    {{- else }}
    secretName: {{ include "eggroll-upgrade.secretName" $ | quote }}
    items:
      {{- range $path, $value := dict "id" .privateKey "passphrase" .passphrase "password" .password "known_hosts" .knownHosts }}
      {{- if $value }}
      - { key: {{ $path }}, path: {{ $path }} }
      {{- end }}
      {{- end }}
    {{- end }}
    {{- end }}
{{- with .Values.database }}
{{- if ne .migration "none" }}
- name: mysql
  secret:
    defaultMode: 0440
    {{- if .existingSecret }}
    secretName: {{ .existingSecret | quote }}
    items:
      - { key: {{ .existingSecretKey | quote }}, path: password }
    {{- else }}
    secretName: {{ include "eggroll-upgrade.secretName" $ | quote }}
    items:
      - { key: mysql, path: password }
    {{- end }}
{{- end }}
{{- end }}
{{- with .Values.notify.existingSecret }}
- name: notify
  secret:
    defaultMode: 0440
    secretName: {{ . | quote }}
    items:
      - { key: url, path: url }
{{- end }}
{{- if $way }}
- name: package
  {{- with .Values.package }}
  {{- if eq $way "claim" }}
  persistentVolumeClaim:
    claimName: {{ .existingClaim | quote }}
  {{- else if eq $way "hostPath" }}
  hostPath:
    path: {{ .hostPath | quote }}
  {{- else if eq $way "imageVolume" }}
  image:
    reference: {{ .image.reference | quote }}
    pullPolicy: {{ .image.pullPolicy }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .fetchedSizeLimit | quote }}
  {{- end }}
  {{- end }}
{{- end }}
{{- if and (eq $way "url") .Values.package.urlHeaderSecret }}
- name: package-header
  secret:
    defaultMode: 0440
    secretName: {{ .Values.package.urlHeaderSecret | quote }}
    items:
      - { key: header, path: header }
{{- end }}
- name: state
  {{- if .Values.state.emptyDir }}
  emptyDir: {}
  {{- else }}
  persistentVolumeClaim:
    claimName: {{ include "eggroll-upgrade.stateClaim" . | quote }}
  {{- end }}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.tmpSizeLimit | quote }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "eggroll-upgrade.podMetadata" -}}
labels:
  {{- $own := include "eggroll-upgrade.podLabels" .root | fromYaml }}
  {{- include "eggroll-upgrade.lastWins" (list .root.Values.podLabels $own (dict "eggroll-upgrade/action" .action)) | nindent 2 }}
annotations:
  {{- $own = dict "cluster-autoscaler.kubernetes.io/safe-to-evict" "false" "karpenter.sh/do-not-disrupt" "true" }}
  {{- include "eggroll-upgrade.lastWins" (list $own .root.Values.podAnnotations) | nindent 2 }}
{{- end -}}

{{- define "eggroll-upgrade.jobSpec" -}}
{{- with .Values.job -}}
parallelism: 1
completions: 1
backoffLimit: {{ .backoffLimit | int64 }}
{{- with .activeDeadlineSeconds }}
activeDeadlineSeconds: {{ . | int64 }}
{{- end }}
{{- if not (kindIs "invalid" .ttlSecondsAfterFinished) }}
ttlSecondsAfterFinished: {{ .ttlSecondsAfterFinished | int64 }}
{{- end }}
{{- end }}
{{ include "eggroll-upgrade.fixedSpec" . }}
{{- end -}}

{{/* What Kubernetes lets nobody change in a Job. */}}
{{- define "eggroll-upgrade.fixedSpec" -}}
{{- $knowsExitCodes := include "eggroll-upgrade.knowsExitCodes" . -}}
{{- if $knowsExitCodes -}}
podFailurePolicy:
  rules:
    # A person has to do something first: another Pod would change nothing.
    - action: FailJob
      onExitCodes:
        operator: In
        values: [10, 11, 64, 65, 77, 78]
    - action: Ignore
      onPodConditions:
        - type: DisruptionTarget
          status: 'True'
{{ end -}}
template:
  metadata:
    {{- include "eggroll-upgrade.podMetadata" (dict "root" . "action" .Values.action) | nindent 4 }}
  spec:
    {{- include "eggroll-upgrade.podSpec" (dict "root" . "action" .Values.action "knowsTries" (not $knowsExitCodes)) | nindent 4 }}
{{- end -}}
