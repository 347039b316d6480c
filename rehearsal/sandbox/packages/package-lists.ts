import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Packages that a rehearsal's host may install. Their dependencies are added automatically. */
export const installable = ["nginx", "libnginx-mod-stream", "haproxy", "keepalived", "docker.io", "iptables"];

/**
 * Removes packages that no host installs from a root's package lists. Every apt command reads the whole lists, about
 * 63,000 packages, which takes longer than the installation itself. Signatures and Release files stay, so that
 * `apt-get update` considers the lists current until the archive changes.
 */
export function prunePackageLists(root: string): void {
  const lists = join(root, "var/lib/apt/lists");
  const paths = readdirSync(lists)
    .filter((name) => name.endsWith("_Packages"))
    .map((name) => join(lists, name));
  const texts = paths.map((path) => readFileSync(path, "utf8"));
  const installed = packagesIn(readFileSync(join(root, "var/lib/dpkg/status"), "utf8")).map(({ name }) => name);
  pruned(texts, [...installable, ...installed]).forEach((text, index) => writeFileSync(paths[index] ?? "", text));
}

/** The stanzas of the named packages, of their dependencies, and of packages that provide those. */
export function pruned(lists: readonly string[], names: readonly string[]): string[] {
  const packages = lists.map(packagesIn);
  const providers = new Map<string, Package[]>();
  for (const each of packages.flat())
    for (const name of [each.name, ...each.provides]) providers.set(name, [...(providers.get(name) ?? []), each]);

  const kept = new Set<Package>();
  const keep = (name: string): void => {
    for (const each of providers.get(name) ?? []) {
      if (kept.has(each)) continue;
      kept.add(each);
      each.needs.forEach(keep);
    }
  };
  names.forEach(keep);
  return packages.map((list) => list.flatMap((each) => (kept.has(each) ? [`${each.stanza}\n\n`] : [])).join(""));
}

interface Package {
  readonly name: string;
  readonly stanza: string;
  readonly provides: readonly string[];
  readonly needs: readonly string[];
}

/** @see https://www.debian.org/doc/debian-policy/ch-relationships.html */
function packagesIn(list: string): Package[] {
  return list
    .split(/\n{2,}/)
    .filter((stanza) => stanza.trim() !== "")
    .map((stanza) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
      const namesIn = (name: string) =>
        field(name)
          .split(/[,|]/)
          .map((relation) => /^[a-z0-9][a-z0-9+.-]*/.exec(relation.trim())?.[0] ?? "")
          .filter(Boolean);
      return {
        name: field("Package"),
        stanza,
        provides: namesIn("Provides"),
        needs: [...namesIn("Pre-Depends"), ...namesIn("Depends")],
      };
    });
}
