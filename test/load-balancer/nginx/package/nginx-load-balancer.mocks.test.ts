import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { sshHost } from "../../../../components/host/host.ts";
import { ManagedHost } from "../../../../components/host/managed-host.ts";
import {
  NginxLoadBalancer,
  type NginxLoadBalancerArgs,
} from "../../../../components/load-balancer/nginx/package/nginx-load-balancer.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderNginxScript } from "../../../../components/load-balancer/nginx/package/nginx-script.ts";
import { rancherListeners } from "../../../../components/load-balancer/rancher-listeners.ts";
import { synthesise } from "../../../../operations/engine/synthesis.ts";
import { balancerHost, prodSettings } from "../../../support/prod-stack.ts";
import { nameIn, namesIn, only } from "../../../support/registrations.ts";
import { valueOf } from "../../../support/value-of.ts";

const balancer: Omit<NginxLoadBalancerArgs, "hosts"> = {
  listeners: rancherListeners(prodSettings()),
  options: defaultNginxOptions,
  package: "distribution",
  certificates: [],
};
const synthesiseBalancer = (names: readonly string[], args: () => Partial<NginxLoadBalancerArgs> = () => ({})) =>
  synthesise(
    () => {
      const hosts = names.map((name, index) => {
        const settings = balancerHost({ name, address: `192.0.2.${20 + index}` });
        const machine = new ManagedHost(name, { host: sshHost(settings), credentials: {} });
        return { name, address: settings.address, machine };
      });
      return new NginxLoadBalancer("load-balancer", { ...balancer, ...args(), hosts });
    },
    { stack: "prod" },
  );

describe("the nginx load balancer", () => {
  it("is one script per host, with plain output", async () => {
    const { registrations } = await synthesiseBalancer(["lb-1", "lb-2"]);

    const scripts = registrations.filter(({ name }) => name.endsWith("-nginx-script"));
    expect(scripts.map(({ name }) => name).sort()).toEqual(["lb-1-nginx-script", "lb-2-nginx-script"]);
    for (const { inputs, additionalSecretOutputs, parent } of scripts) {
      expect(inputs["create"]).toContain(renderNginxScript(balancer).main.text);
      expect(inputs["create"]).toContain("\nseconds=600\n");
      expect(inputs["delete"]).toMatch(/\nname=nginx\n[^]*\nrun_undo "\$name"\n/);
      expect(inputs).not.toHaveProperty("update");
      expect(additionalSecretOutputs).toEqual(["connection"]);
      expect(nameIn(only(registrations, "rancher:host:HostScript", nameIn(parent)).parent)).toBe("load-balancer");
    }
  });

  it("passes the keys of the stack's certificates on standard input alone", async () => {
    const key = "canary-private-key-4d11";
    const { registrations } = await synthesiseBalancer(["lb-1"], () => ({
      certificates: [
        {
          name: "rancher",
          hostname: "rancher.example.com",
          from: "stack",
          chain: "CHAIN\n",
          privateKey: pulumi.secret(key),
        },
        {
          name: "wiki-1",
          hostname: "wiki.example.com",
          from: "host",
          certificate: "/tls/wiki.pem",
          privateKey: "/tls/key",
        },
      ],
    }));

    const script = registrations.find(({ name }) => name === "lb-1-nginx-script");
    const base64 = Buffer.from(key).toString("base64");
    expect(script?.inputs["stdin"]).toEqual(expect.objectContaining({ value: `key_rancher ${base64}\n` }));
    const texts = JSON.stringify({ ...script?.inputs, stdin: undefined });
    expect(texts).not.toContain(key);
    expect(texts).not.toContain(base64);
  });

  it("changes one host after another", async () => {
    const { registrations } = await synthesiseBalancer(["lb-1", "lb-2", "lb-3"]);

    const after = (name: string) => namesIn(only(registrations, "rancher:host:HostScript", name).dependencies);
    expect(after("lb-1-nginx")).toEqual(["lb-1-base-script"]);
    expect(after("lb-2-nginx")).toEqual(["lb-1-nginx-script", "lb-2-base-script"]);
    expect(after("lb-3-nginx")).toEqual(["lb-2-nginx-script", "lb-3-base-script"]);
  });

  it("keeps the name of every resource when a host is inserted before the others", async () => {
    const before = await synthesiseBalancer(["lb-1"]);
    const after = await synthesiseBalancer(["lb-0", "lb-1"]);

    const names = (all: typeof before) => all.registrations.map(({ type, name }) => `${type} ${name}`);
    expect(names(after)).toEqual(expect.arrayContaining(names(before)));
  });

  it("publishes the addresses for clients, in the order of the hosts", async () => {
    const { result } = await synthesiseBalancer(["lb-2", "lb-1"]);

    expect(await valueOf(result.addresses)).toEqual(["192.0.2.20", "192.0.2.21"]);
  });
});
