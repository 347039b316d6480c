import type { Upstream } from "../../../components/load-balancer/listener.ts";
import type { Suite } from "../../../rehearsal/sandbox/packages/apt-sources.ts";
import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { placeCertificate, type PlacedCertificate } from "./balanced.ts";
import { startNameServer, type NameServer } from "./name-server.ts";
import { makeNginxMachine, type NginxMachine } from "./nginx-machine.ts";
import { layer4, layer7, site } from "./nginx-variants.ts";
import { rendered } from "./rendered.ts";
import { startParrot, startEchoBackend } from "./fakes/telling-backend.ts";

/** An nginx with almost every kind of site, and their backends on this machine. */
export interface BusyMachine {
  readonly machine: NginxMachine;
  /** Of the first site. The other sites have other CAs. */
  readonly placed: PlacedCertificate;
  /** Resolves `upstream.test`, which it does not know yet. */
  readonly names: NameServer;
  close(): void;
}

/**
 * Starts it with these sites, each at `<name>.example.com`: `rancher`, whose `/version` is denied to this machine;
 * `other`, whose `/version` is allowed for this machine; `dead`, where nothing listens; `named`, whose upstream is
 * `upstream.test`. Port 6443 passes through with the PROXY protocol, port 6444 to `upstream.test`. It listens on IPv6
 * too. Bodies have 2 MiB at most, counters are at 18405, logs are JSON.
 */
export async function startBusyMachine(sandbox: Sandbox, suite: Suite): Promise<BusyMachine> {
  const here = sandbox.subnet.machine;
  const machine = await makeNginxMachine(sandbox, { name: suite, suite });
  const placed = await placeCertificate(machine, "rancher");
  const names = await startNameServer(here);
  const [rancher, other] = [await startEchoBackend(here), await startEchoBackend(here)];
  const parrot = await startParrot(here);
  const certificate = (await placeCertificate(machine, "other", { hostname: "other.example.com" })).files;
  const further = (name: string, upstream: Upstream) =>
    site({ name, hostname: `${name}.example.com`, certificate, upstreams: [upstream] });
  const sites = [
    site({
      certificate: placed.files,
      upstreams: [rancher],
      restricted: { paths: ["/version"], allow: ["192.0.2.0/24"] },
    }),
    { ...further("other", other), restricted: { paths: ["/version"], allow: [here] } },
    further("dead", { address: here, port: 1 }),
    further("named", { address: "upstream.test", port: other.port }),
  ];
  const listeners = [
    layer7(sites),
    layer4({ name: "proxy", port: 6443, upstreams: [parrot], proxyProtocol: true }),
    layer4({ name: "named", port: 6444, upstreams: [{ address: "upstream.test", port: parrot.port }] }),
  ];
  const options = {
    ipv6: true,
    gzip: true,
    statusPort: 18405,
    maxBodySize: "2m",
    logFormat: "json",
    resolvers: [names.address],
  } as const;
  await machine.start(machine.fill(rendered(listeners, options)));
  return {
    machine,
    placed,
    names,
    close: () => {
      for (const one of [rancher, other, parrot, names]) one.close();
    },
  };
}
