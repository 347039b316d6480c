# Reads a container that was started by hand, and changes nothing. Prints lines of a key and a value: `container`,
# `running`, `image`, `restart`, `removed-when-stopped`, `version`, `data` (volume NAME, bind PATH or layer), `port`,
# `argument`, `kib` of data if it runs, `mount`, `variable`, `with-credentials` and `certificate-folder`, `option`,
# `log-option` and `label`.
#
# A variable's value may be a secret, so only names leave the host: of variables whose value differs from the image's,
# and of labels that do not come from the image. They are sorted, because an engine lists them in random order.
#
# Reads `container`, `rancher_data`, and `host_config_fields`, the options of `docker run` by their names in
# `docker inspect`.
#
# needs: fail one_line there about runs version_of find_data

there "$container" || fail 10 "this machine has no container named $container. It has: $(docker container ls --all --format '{{.Names}}' | one_line)"
find_data "$container"
printf 'container %s\n' "$container"
about "$container" 'running {{.State.Running}}
image {{.Config.Image}}
restart {{.HostConfig.RestartPolicy.Name}}
removed-when-stopped {{.HostConfig.AutoRemove}}'
printf 'version %s\n' "$(version_of "$container")"
printf 'data %s\n' "$data_kind${data_place:+ $data_place}"
# shellcheck disable=SC2016 # the variables are the template's
about "$container" '{{range $inside, $bindings := .HostConfig.PortBindings}}{{range $bindings}}port {{.HostIp}}:{{.HostPort}} {{$inside}}
{{end}}{{end}}{{range .Args}}argument {{.}}
{{end}}' | sed -e '/^$/d'
if runs "$container"; then docker exec "$container" du -sk "$rancher_data" 2>/dev/null | sed -n 's/^\([0-9]*\).*/kib \1/p'; fi
about "$container" '{{range .Mounts}}{{println "mount" .Type (or .Name .Source) .Destination}}{{end}}' | sed -e '/^$/d'

container_image=$(about "$container" '{{.Image}}')
docker image inspect -f '{{range .Config.Env}}{{json .}}{{println}}{{end}}' "$container_image" 2>/dev/null | sed -e '/^$/d' >"$work/of-image" || true
about "$container" '{{range .Config.Env}}{{json .}}{{println}}{{end}}' | sed -e '/^$/d' >"$work/of-container"
{ grep -v -x -F -f "$work/of-image" "$work/of-container" || true; } >"$work/own"
sed -e 's/^"\([^=]*\)=.*/variable \1/' "$work/own" | sort
sed -n -e 's,^"\([A-Za-z_]*_[Pp][Rr][Oo][Xx][Yy]\)=[a-z]*://[^/]*@.*,with-credentials \1,p' -e 's,^"SSL_CERT_DIR=\(.*\)"$,certificate-folder \1,p' "$work/own" | sort

# An engine omits fields it does not have, so the template loops over all of them.
# shellcheck disable=SC2086 # one word per field
fields=$(printf ' "%s"' $host_config_fields)
# shellcheck disable=SC2016 # the variables are the template's
about "$container" '{{range $key, $value := .HostConfig}}{{if eq $key'"$fields"'}}{{println "option" $key (json $value)}}{{end}}{{end}}{{with .HostConfig.LogConfig}}{{println "option LogType" (json .Type)}}{{range $key, $value := .Config}}{{println "log-option" $key}}{{end}}{{end}}{{range $key, $value := .Config}}{{if eq $key "StopTimeout" "User"}}{{println "option" $key (json $value)}}{{end}}{{end}}' | sed -e '/^$/d' | sort

# shellcheck disable=SC2016 # the variables are the template's
docker image inspect -f '{{range $key, $value := .Config.Labels}}{{println "label" $key}}{{end}}' "$container_image" 2>/dev/null | sed -e '/^$/d' >"$work/image-labels" || true
# shellcheck disable=SC2016 # the variables are the template's
about "$container" '{{range $key, $value := .Config.Labels}}{{println "label" $key}}{{end}}' | sed -e '/^$/d' >"$work/labels"
{ grep -v -x -F -f "$work/image-labels" "$work/labels" || true; } | sort
