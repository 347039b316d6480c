import { hostKey } from "./prod-stack.ts";

/** Configuration of the stack `prod` as the engine passes it: every value a text, secrets listed separately. */
export interface Configuration {
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

export function prodConfiguration(
  secrets: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, unknown>> = {},
): Configuration {
  const values = {
    mode: "high-availability",
    hostname: "rancher.example.com",
    version: "2.15.2",
    ssh: { user: "ops" },
    cluster: { distribution: "existing", servers: [{ name: "server-1", address: "192.0.2.11" }] },
    loadBalancer: { kind: "nginx", layer: 4, hosts: [{ name: "lb-1", address: "192.0.2.10", hostKey }] },
    tls: { source: "rancher" },
    ...overrides,
    ...secrets,
  };
  const texts = Object.entries(values).map(([key, value]) => [
    `rancher:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    config: Object.fromEntries(texts) as Record<string, string>,
    secretKeys: Object.keys(secrets).map((key) => `rancher:${key}`),
  };
}
