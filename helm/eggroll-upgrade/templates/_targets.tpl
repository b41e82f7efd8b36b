{{/* Where the Pod has to get to, for the network policy: a list of port, addresses as CIDR, and whether there are hosts known by name only. */}}

{{- define "eggroll-upgrade.targets" -}}
{{- $ssh := .Values.ssh.port | int | toString -}}
{{- $hosts := list -}}
{{- if .Values.ssh.jump -}}
{{- /* ssh.port is that of the nodes; a jump host has the usual one unless it names another. */ -}}
{{- $ssh = "22" -}}
{{- $hosts = append $hosts (first (splitList "," .Values.ssh.jump)) -}}
{{- else -}}
{{- range $line := regexSplit "\r\n|\n|\r" (printf "%s\n%s" .Values.lists.nmIpList .Values.lists.rsIpList) -1 -}}
{{- $host := regexReplaceAll "#.*" $line "" | trim | trimPrefix "\ufeff" -}}
{{- if $host }}{{ $hosts = append $hosts $host }}{{ end -}}
{{- end -}}
{{- with get .Values.env "FATE_FLOW_HOST" }}{{ $hosts = append $hosts . }}{{ end -}}
{{- if .Values.lists.existingConfigMap }}{{ $hosts = append $hosts "hosts-of-a-config-map" }}{{ end -}}
{{- end -}}
{{- $pairs := list -}}
{{- range $host := $hosts -}}
{{- $bare := regexReplaceAll "^[^@]*@" ($host | trim) "" -}}
{{- $port := regexFind "^[^:\\[\\]]+:[0-9]+$|\\]:[0-9]+$" $bare | regexFind "[0-9]+$" -}}
{{- $name := $bare -}}
{{- if $port }}{{ $name = trimSuffix (printf ":%s" $port) $bare }}{{ end -}}
{{- $pairs = append $pairs (dict "name" $name "port" ($port | default $ssh)) -}}
{{- end -}}
{{- if ne .Values.database.migration "none" -}}
{{- $pairs = append $pairs (dict "name" .Values.database.host "port" (.Values.database.port | int | toString)) -}}
{{- end -}}
{{- /* Whatever the action: `helm test` always plans, and so fetches, under the same policy. */ -}}
{{- with .Values.package.url -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $name := trimSuffix (printf ":%s" $port) $url.host -}}
{{- $pairs = append $pairs (dict "name" $name "port" ($port | default (eq $url.scheme "https" | ternary "443" "80"))) -}}
{{- end -}}
{{- $byPort := dict -}}
{{- range $pair := $pairs -}}
{{- /* To Go, 022 is 18. */ -}}
{{- $port := regexReplaceAll "^0+" $pair.port "" -}}
{{- $name := $pair.name | trimPrefix "[" | trimSuffix "]" -}}
{{- $name = regexReplaceAll "%.*$" $name "" -}}
{{- $target := get $byPort $port | default (dict "port" $port "addresses" list "hasNames" false) -}}
{{- if regexMatch "^[0-9.]+$" $name -}}
{{- $target = set $target "addresses" (append $target.addresses (printf "%s/32" $name)) -}}
{{- else if contains ":" $name -}}
{{- $target = set $target "addresses" (append $target.addresses (printf "%s/128" $name)) -}}
{{- else -}}
{{- $target = set $target "hasNames" true -}}
{{- end -}}
{{- $byPort = set $byPort $port $target -}}
{{- end -}}
{{- $targets := list -}}
{{- range $port := keys $byPort | sortAlpha }}{{ $targets = append $targets (get $byPort $port) }}{{ end -}}
{{- toJson $targets -}}
{{- end -}}
