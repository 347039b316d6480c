import { mustRun } from "../command.ts";

/** Debian suites a host can have. */
export type Suite = "bookworm" | "trixie" | "sid";

/** The apt configuration of a host's root. */
export interface AptSources {
  /** One-line entries of sources.list(5). */
  readonly entries: readonly string[];
  /** Lines of apt.conf(5). */
  readonly settings: readonly string[];
}

/**
 * The mirrors of this machine's apt configuration, for another suite. `targets` is the output of
 * `apt-get indextargets` in `targetFormat`; `proxies` is the output of `apt-config dump`.
 */
export function aptSourcesFor(suite: Suite, targets: string, proxies: string): AptSources {
  const debian = targets
    .split("\n")
    .map((line) => line.split("|"))
    .filter(([kind, origin]) => kind === "Packages" && origin === "Debian");
  const uriOf = (label: string): string | undefined => debian.find((fields) => fields[2] === label)?.[3];
  const main = uriOf("Debian");
  if (main === undefined) {
    throw new Error(
      "this machine's apt has no package list of Debian, from which the rehearsal's hosts are created. " +
        "Run apt-get update on a Debian machine.",
    );
  }
  const security = uriOf("Debian-Security");
  const entries = [`deb ${main} ${suite} main`];
  if (suite !== "sid") entries.push(`deb ${main} ${suite}-updates main`);
  if (suite !== "sid" && security !== undefined) entries.push(`deb ${security} ${suite}-security main`);
  const settings = proxies.split("\n").filter((line) => /^Acquire::https?::Proxy\b/.test(line) && !/ "";$/.test(line));
  settings.push('Acquire::Languages "none";');
  // On a snapshot mirror, sid's Valid-Until date may have passed.
  if (suite === "sid") settings.push('Acquire::Check-Valid-Until "false";');
  return { entries, settings };
}

const targetFormat = "$(CREATED_BY)|$(ORIGIN)|$(LABEL)|$(REPO_URI)";

/** Reads this machine's apt configuration. */
export async function readAptSources(suite: Suite): Promise<AptSources> {
  const targets = await mustRun(["apt-get", "indextargets", "--format", targetFormat]);
  return aptSourcesFor(suite, targets, await mustRun(["apt-config", "dump"]));
}
