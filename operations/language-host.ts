import { lte } from "semver";

/** The last language host that is served as a Go module; it ignores `runtime.options` of Pulumi.yaml. */
const lastWithoutOptions = "3.66.0";

/** Such a host gets no `nodeargs`, so the TypeScript loader has to come by the environment. */
export function needsLoader(languageHostVersion: string): boolean {
  return lte(languageHostVersion.replace(/^v/, ""), lastWithoutOptions);
}
