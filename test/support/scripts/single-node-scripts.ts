import { SingleNode } from "../../../components/recipes/single-node.ts";
import type { DockerSettings } from "../../../components/stack-file/settings.ts";
import { synthesise } from "../../../operations/engine/synthesis.ts";
import { devSecrets, devSettings, dockerSettings } from "../dev-stack.ts";

/**
 * Every script of stacks with these settings, as it is sent. Identical scripts count once. Keys begin with the
 * resource's name.
 */
export async function singleNodeScripts(...variants: Partial<DockerSettings>[]): Promise<Map<string, string>> {
  const scripts = new Map<string, string>();
  for (const variant of variants) {
    const settings = devSettings({ docker: dockerSettings(variant) });
    const { registrations } = await synthesise(() => new SingleNode("rancher", { settings, secrets: devSecrets() }), {
      stack: "dev",
      preview: false,
      state: () => ({ stdout: "printed", result: "made" }),
      call: () => ({ sha256Digest: "sha256:0" }),
    });
    for (const { type, name, inputs } of registrations) {
      if (!type.startsWith("command:")) continue;
      for (const step of ["create", "update", "delete"]) {
        const text: unknown = inputs[step];
        if (typeof text !== "string" || [...scripts.values()].includes(text)) continue;
        scripts.set(`${name} ${step} ${scripts.size}`, text);
      }
    }
  }
  return scripts;
}

/** The script that runs with a preamble: its own text, without the wrapper. */
export function innerScript(text: string): string | undefined {
  return /^\{ script=\$\(cat\); \} <<'(SCRIPT_*)'\n([\s\S]*?)\n\1\n/m.exec(text)?.[2];
}
