import { quote } from "../host/shell.ts";
import { dataFacts } from "./data-facts.ts";
import { findData } from "./data-adopt.ts";

/**
 * Body of a read-only script that inspects a container started by hand. Prints lines of a key and a value: `container`,
 * `running`, `image`, `version`, `data` (volume NAME, bind PATH or layer), `kib` if it runs, `port`, `argument`,
 * `restart`.
 */
export function renderContainerSurvey(container: string): string {
  return `name_asked=${quote(container)} folder=$facts
${dataFacts}
${findData}
there "$name_asked" || fail 10 "this machine has no container named $name_asked. It has: $(docker container ls --all --format '{{.Names}}' | tr '\\n' ' ')"
find_data "$name_asked"
printf 'container %s\\n' "$name_asked"
about "$name_asked" 'running {{.State.Running}}
image {{.Config.Image}}
restart {{.HostConfig.RestartPolicy.Name}}
removed-when-stopped {{.HostConfig.AutoRemove}}'
printf 'version %s\\n' "$(version_of "$name_asked")"
printf 'data %s\\n' "$data_kind\${data_place:+ $data_place}"
# shellcheck disable=SC2016 # it is docker that expands it
about "$name_asked" '{{range $inside, $bindings := .HostConfig.PortBindings}}{{range $bindings}}port {{.HostIp}}:{{.HostPort}} {{$inside}}
{{end}}{{end}}{{range .Args}}argument {{.}}
{{end}}' | sed -e '/^$/d'
if runs "$name_asked"; then docker exec "$name_asked" du -sk /var/lib/rancher 2>/dev/null | sed -n 's/^\\([0-9]*\\).*/kib \\1/p'; fi
`;
}
