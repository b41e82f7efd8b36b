{{/* What a schema cannot say, all at once; and what only a look into the cluster tells. */}}

{{- define "eggroll-upgrade.validate" -}}
{{- $p := list -}}
{{- with .Values.lists -}}
{{- if and .existingConfigMap (or .nmIpList .rsIpList) -}}
{{- $p = append $p "lists: set either existingConfigMap, or nmIpList and rsIpList" -}}
{{- else if not (or .existingConfigMap .nmIpList .rsIpList) -}}
{{- $p = append $p "lists: no host is named; give --set-file lists.nmIpList=nm_ip_list, or lists.existingConfigMap" -}}
{{- end -}}
{{- end -}}
{{- with .Values.ssh -}}
{{- if .existingSecret -}}
{{- if or .privateKey .passphrase .password .knownHosts -}}
{{- $p = append $p "ssh: with existingSecret, the others (privateKey, passphrase, password, knownHosts) have to be in that Secret" -}}
{{- end -}}
{{- if not (or .existingSecretKeys.privateKey .existingSecretKeys.password) -}}
{{- $p = append $p "ssh.existingSecretKeys: name the key of the private key, or of the password" -}}
{{- end -}}
{{- if and (eq .hostKeyChecking "strict") (not .existingSecretKeys.knownHosts) -}}
{{- $p = append $p "ssh.existingSecretKeys.knownHosts: hostKeyChecking is strict, and there are no host keys; name the key that holds them" -}}
{{- end -}}
{{- else -}}
{{- if not (or .privateKey .password) -}}
{{- $p = append $p "ssh: there is no login; give existingSecret, or --set-file ssh.privateKey=id, or password" -}}
{{- end -}}
{{- if and (eq .hostKeyChecking "strict") (not .knownHosts) -}}
{{- $p = append $p "ssh: hostKeyChecking is strict, and there are no host keys; give --set-file ssh.knownHosts=known_hosts" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.database -}}
{{- if ne .migration "none" -}}
{{- if not .host }}{{ $p = append $p "database.host: it is required (or database.migration: none)" }}{{ end -}}
{{- if not .user }}{{ $p = append $p "database.user: it is required (or database.migration: none)" }}{{ end -}}
{{- if and .existingSecret .password }}{{ $p = append $p "database: set either existingSecret or password" }}{{ end -}}
{{- if not (or .existingSecret .password) }}{{ $p = append $p "database: there is no password; give existingSecret or password" }}{{ end -}}
{{- end -}}
{{- if eq .migration "file" -}}
{{- if and .sql .existingConfigMap }}{{ $p = append $p "database: set either sql or existingConfigMap" }}{{ end -}}
{{- if not (or .sql .existingConfigMap) -}}
{{- $p = append $p "database: migration is file, and there is none; give --set-file database.sql=mysql_file.sql, or existingConfigMap, or migration auto or none" -}}
{{- end -}}
{{- else if or .sql .existingConfigMap -}}
{{- $p = append $p (printf "database: migration is %s, and sql or existingConfigMap is set" .migration) -}}
{{- end -}}
{{- end -}}
{{- with .Values.package -}}
{{- $ways := 0 -}}
{{- range $way := list .existingClaim .hostPath .image.reference .url }}{{ if $way }}{{ $ways = add1 $ways }}{{ end }}{{ end -}}
{{- if or (gt (int $ways) 1) (and (eq (int $ways) 0) (has $.Values.action (list "plan" "upgrade"))) -}}
{{- $p = append $p (printf "package: exactly one of existingClaim, hostPath, image.reference and url has to be set; %d are" (int $ways)) -}}
{{- end -}}
{{- if and .url (not .sha256) }}{{ $p = append $p "package.sha256: it is required with package.url" }}{{ end -}}
{{- if and .url .path }}{{ $p = append $p "package.path: what is fetched from package.url has no path" }}{{ end -}}
{{- if and .image.reference (not .path) }}{{ $p = append $p "package.path: name the place of the package in the image, such as /eggroll" }}{{ end -}}
{{- if regexMatch "^https?://[^/?#]*@" .url }}{{ $p = append $p "package.url: a login in it could be read by everybody who may see Pods; give it as a header, by package.urlHeaderSecret" }}{{ end -}}
{{- if and (eq (include "eggroll-upgrade.packageWay" $) "imageCopy") .path (eq (include "eggroll-upgrade.pathInImage" $) "/") -}}
{{- $p = append $p "package.path: the whole image cannot be copied; have the package in a folder of it" -}}
{{- end -}}
{{- if and .urlHeaderSecret (not .url) }}{{ $p = append $p "package.urlHeaderSecret: it is for package.url only" }}{{ end -}}
{{- end -}}
{{- with .Values.state -}}
{{- if and .existingClaim .emptyDir }}{{ $p = append $p "state: set either existingClaim or emptyDir" }}{{ end -}}
{{- end -}}
{{- $secret := "(_PWD|_PASSWORD|_PASSPHRASE)$|^NOTIFY_URL$" -}}
{{- range $name, $value := .Values.env -}}
{{- if regexMatch $secret $name -}}
{{- $p = append $p (printf "env.%s: a secret has to be mounted as a file" $name) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if regexMatch $secret .name -}}
{{- $p = append $p (printf "extraEnv: %s is a secret, and has to be mounted as a file" .name) -}}
{{- end -}}
{{- end -}}
{{- if $p -}}
{{- fail (printf "\n\n  %s\n" (join "\n  " $p)) -}}
{{- end -}}
{{- end -}}

{{/* How a Job in the cluster ended, `Complete` or `Failed`; empty while it has not. */}}
{{- define "eggroll-upgrade.endOf" -}}
{{- range (.status | default dict).conditions -}}
{{- if and (has .type (list "Complete" "Failed")) (eq .status "True") }}{{ .type }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Two Jobs at once would only wait for each other; and a Job that is over does not run again. Without a cluster there is nothing to see. */}}
{{- define "eggroll-upgrade.checkJobs" -}}
{{- $name := .name -}}
{{- $release := .root.Release.Name -}}
{{- $own := include "eggroll-upgrade.name" .root -}}
{{- $same := dict -}}
{{- $newer := "" -}}
{{- $jobs := list -}}
{{- range ((lookup "batch/v1" "Job" .root.Release.Namespace "").items | default list) -}}
{{- $labels := .metadata.labels | default dict -}}
{{- if and (eq (get $labels "app.kubernetes.io/instance") $release) (eq (get $labels "app.kubernetes.io/name") $own) -}}
{{- $jobs = append $jobs . -}}
{{- if eq .metadata.name $name }}{{ $same = . }}{{ end -}}
{{- end -}}
{{- end -}}
{{- range $job := $jobs -}}
{{- if and (not (include "eggroll-upgrade.endOf" $job)) (ne $job.metadata.name $name) -}}
{{- fail (printf "\n\n  The Job %s of this release is not over. Wait for it, or end it: kubectl -n %s delete job %s (what it has begun is resumed, or taken back, by the next one).\n" $job.metadata.name $job.metadata.namespace $job.metadata.name) -}}
{{- end -}}
{{- if and $same (gt $job.metadata.creationTimestamp $same.metadata.creationTimestamp) }}{{ $newer = $job.metadata.name }}{{ end -}}
{{- end -}}
{{- /* What only looks may be applied again: the notes say that nothing was started. */ -}}
{{- if and $newer (not (has .root.Values.action (list "plan" "status"))) -}}
{{- fail (printf "\n\n  This was done before, by the Job %s, and other Jobs have run since. To do it once more, set `run` to another text, such as --set run=%s.\n" $name (include "eggroll-upgrade.nextRun" .root)) -}}
{{- end -}}
{{- end -}}
