import { lte } from "semver";

/** The last language host that is served as a Go module; it ignores `runtime.options` of Pulumi.yaml. */
const lastWithoutOptions = "3.66.0";

/** Such a host passes no `nodeargs` on, so Node gets them from the environment. */
export function ignoresNodeArgs(languageHostVersion: string): boolean {
  return lte(languageHostVersion.replace(/^v/, ""), lastWithoutOptions);
}
