import type { ShellScript, ShellValues } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { countsAs, diskFree, dockerHostSizes, memoryOfK3s } from "./docker-host-figures.ts";
import { bytesOf } from "../rancher/memory-size.ts";
import { rancherLabels, rancherNetwork } from "../names.ts";

export interface DockerHostChecksArgs {
  /** User of the SSH connection; undefined for the local engine. */
  readonly user?: string;
  /** TCP ports that this program's containers publish on the host. */
  readonly ports: readonly number[];
  /** Containers that may use these ports already: this program's, and one that is taken over. */
  readonly containers: readonly string[];
  /** Limit of Rancher's container in Docker's notation: `8g`. */
  readonly memory?: string;
  /** Limit of Rancher's container. */
  readonly cpus?: number;
}

/** Read-only checks of a Docker host before the installation. */
export function renderDockerHostChecks({ user, ports, containers, ...limits }: DockerHostChecksArgs): ShellScript {
  const network = { rancher_network: rancherNetwork, stack_label: rancherLabels.stack };
  return {
    main: shellFile("docker/host/docker-host-checks.sh"),
    values: { user, ports, containers, ...network, ...limitValues(limits), ...figures },
  };
}

const figures: ShellValues = {
  sizes: dockerHostSizes
    .map(({ clusters, nodes, cpus, memory }) => [clusters, nodes, cpus, memory, countsAs(memory)].join(" "))
    .join("\n"),
  k3s_gigabytes: memoryOfK3s,
  k3s_megabytes: countsAs(memoryOfK3s),
  disk_needed: diskFree.needed,
  disk_comfortable: diskFree.comfortable,
};

function limitValues({ memory, cpus }: Pick<DockerHostChecksArgs, "memory" | "cpus">): ShellValues {
  return {
    memory_limit: memory,
    memory_limit_megabytes: memory === undefined ? undefined : Math.floor(bytesOf(memory) / 1e6),
    cpu_limit: cpus,
    cpus_at_least: cpus === undefined ? undefined : Math.ceil(cpus),
    cpus_at_most: cpus === undefined ? undefined : Math.max(1, Math.floor(cpus)),
  };
}
