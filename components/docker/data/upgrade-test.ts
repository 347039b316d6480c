import type { ShellValues } from "../../host/shell/link.ts";
import { memoryOfK3s } from "../host/docker-host-figures.ts";
import { dockerOptions, rancherHealthcheck, type RancherContainerSpec } from "../rancher/rancher-container-spec.ts";

/** Timeout in seconds of the upgrade test, including the new version's migrations. */
export const upgradeTestSeconds = 600;

/** Mebibytes that should be available for the upgrade test while the old version runs. */
const upgradeTestMemory = memoryOfK3s * 1024;

/** Values that `upgrade-test.sh` reads, besides `dataValues`. */
export function upgradeTestValues(spec: RancherContainerSpec): ShellValues {
  const { environment, command } = spec;
  return {
    trial_options: dockerOptions(spec),
    trial_environment: Object.entries(environment)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
    trial_arguments: command.join("\n"),
    trial_seconds: upgradeTestSeconds,
    trial_memory: upgradeTestMemory,
    health_check: rancherHealthcheck.tests.slice(1).join("\n"),
  };
}
