import { describe, expect, it } from "vitest";
import { sshHost } from "../../../components/host/host.ts";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import { ManagedHost } from "../../../components/host/managed-host.ts";
import { renderShortScript } from "../../../components/host/script.ts";
import { shellFile } from "../../../components/host/shell/shell-files.ts";
import { HaproxyLoadBalancer } from "../../../components/load-balancer/haproxy/haproxy-load-balancer.ts";
import { renderHaproxyScript } from "../../../components/load-balancer/haproxy/haproxy-script.ts";
import type { Listener } from "../../../components/load-balancer/listener.ts";
import { synthesise } from "../../../operations/engine/synthesis.ts";
import { balancerHost } from "../../support/prod-stack.ts";
import { nameIn, namesIn, only } from "../../support/registrations.ts";
import { valueOf } from "../../support/value-of.ts";
import { haproxyVariants } from "../support/haproxy-variants.ts";

const { listeners, options } = haproxyVariants["three-nodes"]!;

const settingsOf = (name: string, index: number) => balancerHost({ name, address: `192.0.2.${20 + index}` });

const synthesiseBalancer = (names: readonly string[], all: readonly Listener[] = listeners) =>
  synthesise(
    () => {
      const hosts = names.map((name, index) => {
        const settings = settingsOf(name, index);
        const machine = new ManagedHost(name, { host: sshHost(settings), credentials: {} });
        return { name, address: settings.address, machine };
      });
      return new HaproxyLoadBalancer("load-balancer", { listeners: all, options, hosts });
    },
    { stack: "prod" },
  );

describe("the HAProxy load balancer", () => {
  it("is one script per host, with plain output", async () => {
    const { registrations } = await synthesiseBalancer(["lb-1", "lb-2"]);

    const scripts = registrations.filter(({ name }) => name.endsWith("-haproxy-script"));
    expect(scripts.map(({ name }) => name).sort()).toEqual(["lb-1-haproxy-script", "lb-2-haproxy-script"]);
    for (const [index, name] of ["lb-1", "lb-2"].entries()) {
      const { inputs, additionalSecretOutputs, parent } = only(
        scripts,
        "command:remote:Command",
        `${name}-haproxy-script`,
      );
      const title = "HAProxy as the load balancer";
      const host = sshHost(settingsOf(name, index));
      const render = (body: ShellScript) =>
        renderShortScript(host, { name: "haproxy", title, body, timeoutSeconds: 600 });
      expect(inputs["create"]).toBe(render(renderHaproxyScript({ listeners, options })));
      expect(inputs["delete"]).toBe(render({ main: shellFile("host/run-undo.sh") }));
      expect(inputs).not.toHaveProperty("update");
      expect(additionalSecretOutputs).toEqual(["connection"]);
      expect(nameIn(only(registrations, "rancher:host:HostScript", nameIn(parent)).parent)).toBe("load-balancer");
    }
  });

  it("changes one host after another", async () => {
    const { registrations } = await synthesiseBalancer(["lb-1", "lb-2", "lb-3"]);

    const after = (name: string) => namesIn(only(registrations, "rancher:host:HostScript", name).dependencies);
    expect(after("lb-1-haproxy")).toEqual(["lb-1-base-script"]);
    expect(after("lb-2-haproxy")).toEqual(["lb-1-haproxy-script", "lb-2-base-script"]);
    expect(after("lb-3-haproxy")).toEqual(["lb-2-haproxy-script", "lb-3-base-script"]);
  });

  it("publishes the addresses for clients, in the order of the hosts", async () => {
    const { result } = await synthesiseBalancer(["lb-2", "lb-1"]);

    expect(await valueOf(result.addresses)).toEqual(["192.0.2.20", "192.0.2.21"]);
  });

  it("rejects a listener at layer 7 before anything is registered", async () => {
    const ending: Listener = { layer: 7, name: "web", port: 443, redirectPort: 80, sites: [] };

    await expect(synthesiseBalancer(["lb-1"], [ending])).rejects.toThrow(
      "listener web is at layer 7; HAProxy only passes TCP through. Choose layer 4, or nginx",
    );
  });
});
