import { lte } from "semver";

/** The last language host that is available as a Go module. It ignores `runtime.options` of Pulumi.yaml. */
const lastWithoutOptions = "3.66.0";

/** Whether a language host does not pass on `nodeargs`, so that Node needs them in the environment. */
export function ignoresNodeArgs(languageHostVersion: string): boolean {
  return lte(languageHostVersion.replace(/^v/, ""), lastWithoutOptions);
}
