import { describe, expect, it } from "vitest";
import { sshHost } from "../../../components/host/host.ts";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import { ManagedHost } from "../../../components/host/managed-host.ts";
import { renderShortScript } from "../../../components/host/script.ts";
import { shellFile } from "../../../components/host/shell/shell-files.ts";
import { FloatingAddress } from "../../../components/load-balancer/keepalived/floating-address.ts";
import { renderKeepalivedScript } from "../../../components/load-balancer/keepalived/keepalived-script.ts";
import { synthesise } from "../../../operations/engine/synthesis.ts";
import { balancerHost } from "../../support/prod-stack.ts";
import { nameIn, namesIn, only } from "../../support/registrations.ts";
import { valueOf } from "../../support/value-of.ts";

const names = ["lb-1", "lb-2", "lb-3"];
const group = names.map((name, index) => ({ name, peerAddress: `10.0.0.${index + 1}` }));
const args = { address: "10.0.0.20", virtualRouterId: 51 };

const synthesiseAddress = (change: { readonly address?: string; readonly interface?: string } = {}) =>
  synthesise(
    () => {
      const hosts = group.map(({ name, peerAddress }) => ({
        name,
        peerAddress,
        machine: new ManagedHost(name, { host: sshHost(balancerHost({ name })), credentials: {} }),
      }));
      // Any component that contains a resource can stand in for the balancer.
      const balancer = new ManagedHost("balancer", { host: sshHost(balancerHost({ name: "other" })), credentials: {} });
      return new FloatingAddress("floating-address", { ...args, hosts, balancer, ...change });
    },
    { stack: "prod" },
  );

describe("the floating address", () => {
  it("is one script per host, each with its own configuration, with plain output", async () => {
    const { registrations } = await synthesiseAddress({ interface: "ens3" });

    const scripts = registrations.filter(({ name }) => name.endsWith("-keepalived-script"));
    expect(scripts.map(({ name }) => name).sort()).toEqual(names.map((name) => `${name}-keepalived-script`));
    for (const { name, inputs, additionalSecretOutputs, parent } of scripts) {
      const self = name.replace("-keepalived-script", "");
      const title = "keepalived for the floating address 10.0.0.20";
      const render = (body: ShellScript) =>
        renderShortScript(sshHost(balancerHost({ name: self })), {
          name: "keepalived",
          title,
          body,
          timeoutSeconds: 600,
        });
      const script = renderKeepalivedScript({ ...args, hosts: group, self, interface: "ens3" });
      expect(inputs["create"]).toBe(render(script));
      expect(inputs["delete"]).toBe(render({ main: shellFile("host/run-undo.sh") }));
      expect(inputs).not.toHaveProperty("update");
      expect(additionalSecretOutputs).toEqual(["connection"]);
      expect(nameIn(only(registrations, "rancher:host:HostScript", nameIn(parent)).parent)).toBe("floating-address");
    }
  });

  it("follows the balancer, one host after another", async () => {
    const { registrations } = await synthesiseAddress();

    const before = (name: string) =>
      namesIn(only(registrations, "rancher:host:HostScript", `${name}-keepalived`).dependencies).sort();
    expect(names.map((name) => before(name))).toEqual([
      ["balancer-base-script", "lb-1-base-script"],
      ["balancer-base-script", "lb-1-keepalived-script", "lb-2-base-script"],
      ["balancer-base-script", "lb-2-keepalived-script", "lb-3-base-script"],
    ]);
  });

  it("publishes the address", async () => {
    const { result } = await synthesiseAddress();

    expect(await valueOf(result.address)).toBe("10.0.0.20");
  });

  it("rejects addresses that cannot form a group before it registers anything", async () => {
    await expect(synthesiseAddress({ address: "2001:db8::20" })).rejects.toThrow(
      "lb-1 is reached at 10.0.0.1, and 2001:db8::20 is an IPv6 address",
    );
  });
});
