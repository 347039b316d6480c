import { stringify } from "yaml";
import type { Rehearsed } from "./rehearsed.ts";

/** Hostname of every stack that tests rehearse. */
export const hostname = "rancher.example.com";

/** A stack file as a user would write it, with addresses and keys of machines that do not exist. */
export function stackText(options: {
  readonly balancers: readonly string[];
  readonly servers: readonly string[];
  /** Keys on top, without the namespace. */
  readonly keys?: Readonly<Record<string, unknown>>;
}): string {
  const { balancers, servers, keys = {} } = options;
  const values: Record<string, unknown> = {
    mode: "high-availability",
    hostname,
    ssh: { user: "ops" },
    cluster: {
      distribution: "existing",
      servers: servers.map((name, index) => ({ name, address: `192.0.2.${11 + index}` })),
    },
    loadBalancer: {
      kind: "nginx",
      layer: 4,
      hosts: balancers.map((name, index) => ({ name, address: `192.0.2.${101 + index}`, hostKey: "ssh-ed25519 AAAA" })),
    },
    tls: { source: "rancher" },
    ...keys,
  };
  return stringify({
    config: Object.fromEntries(Object.entries(values).map(([key, value]) => [`rancher:${key}`, value])),
  });
}

/** Points the balancers at these servers of the sandbox. */
export function leadTo({ edit, nodes }: Pick<Rehearsed, "edit" | "nodes">, names: readonly string[]): void {
  edit((config) => {
    const servers = nodes.filter(({ name }) => names.includes(name)).map(({ name, address }) => ({ name, address }));
    config["rancher:cluster"] = { ...(config["rancher:cluster"] as object), servers };
  });
}
