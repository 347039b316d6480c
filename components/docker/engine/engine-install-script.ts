import type { ShellScript } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { engineProxyValues, type EngineProxy } from "./engine-proxy.ts";

export interface EngineInstallArgs {
  /** SSH user, who also connects to the engine; is added to the group `docker` unless it is root. */
  readonly user: string;
  /** For the engine's own pulls. Changing it restarts the engine; containers keep running. */
  readonly proxy?: EngineProxy;
}

/** Installs Docker Engine, unless the machine has one, and prints its version. */
export function renderEngineInstall({ user, proxy }: EngineInstallArgs): ShellScript {
  return {
    main: shellFile("docker/engine/engine-install.sh"),
    values: {
      user,
      ...engineProxyValues(proxy),
      undo_step: { main: shellFile("docker/engine/engine-install-undo.sh") },
    },
  };
}
