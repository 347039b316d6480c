import type { ShellScript } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { rancherNames } from "../names.ts";

/**
 * Body of a read-only script that prints lines of a key and a value about a container started by hand.
 *
 * @param fields Options of `docker run` that it prints, by their names in `HostConfig` of `docker inspect`
 */
export function renderContainerSurvey(container: string, fields: readonly string[]): ShellScript {
  const values = { ...rancherNames, container, host_config_fields: fields };
  return { main: shellFile("docker/data/container-survey.sh"), values };
}
