import { spawn } from "node:child_process";
import { tool } from "../../tools/toolbox.mjs";
import { PrivateFolder } from "../engine/private-folder.ts";

/** Helm on one cluster. Its kubeconfig is in a private file while it is in use. */
export interface Helm extends Disposable {
  /** @returns Helm's output @throws an error with Helm's error output */
  readonly run: (args: readonly string[]) => Promise<string>;
  /** The newest revision of a release, or undefined if there is none. */
  readonly find: (release: ReleaseName) => Promise<ReleaseRecord | undefined>;
}

export interface ReleaseName {
  readonly name: string;
  readonly namespace: string;
}

export interface ReleaseRecord {
  /** `deployed`, `failed`, `pending-install`... */
  readonly status: string;
  readonly revision: string;
}

export async function helmOn(kubeconfig: string): Promise<Helm> {
  const { path } = await tool("helm");
  // Helm reads the file more than once, so a pipe does not work.
  const folder = new PrivateFolder();
  const file = folder.file("kubeconfig", kubeconfig);
  // The user's own HELM_KUBECONTEXT, HELM_NAMESPACE or HELM_DRIVER would lead elsewhere.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(HELM_|KUBECONFIG$)/.test(name)));
  const run = (args: readonly string[]) =>
    new Promise<string>((done, failed) => {
      const child = spawn(path, [...args, "--kubeconfig", file], { stdio: ["ignore", "pipe", "pipe"], env });
      let output = "";
      let errors = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
      child.once("error", failed);
      child.once("close", (code) =>
        code === 0 ? done(output) : failed(new Error(`helm ${args[0]}: ${errors.trim()}`)),
      );
    });
  return {
    run,
    find: async ({ name, namespace }) => {
      const list = await run(["list", "--all", "--namespace", namespace, "--filter", `^${name}$`, "--output", "json"]);
      return (JSON.parse(list) as ReleaseRecord[])[0];
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
