import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { mustRun, runCommand } from "./command.ts";
import { startGated, type GatedProcess } from "./gated-process.ts";
import type { Ledger } from "./ledger.ts";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";
import { freeSubnets, type Subnet } from "./subnet.ts";

/**
 * The sandbox's network: a bridge in its own network namespace. Every host and node has a port on it, and this machine
 * has one address. slirp4netns forwards outgoing connections through ordinary sockets of this machine. So the
 * machine's forwarding, firewall and NAT stay untouched, and the kernel removes everything with the process that holds
 * the namespace.
 */
export interface SandboxNetwork {
  readonly subnet: Subnet;
  /** Adds the link `eth0` with this address to the namespace of `member`. */
  attach(member: ProcessIdentity, address: string): Promise<void>;
  /** Removes the link of this address. The kernel would do so later, some time after the namespace's last process. */
  detach(address: string): Promise<void>;
  /** Starts or stops dropping every packet from and to this address. */
  silence(address: string, silent: boolean): Promise<void>;
}

/**
 * Packets that the bridge drops:
 *
 * - IP from and to a silent host. ARP for its own address passes, so that a peer runs into a timeout, as with a remote
 *   host, and not into "no route to host". ARP for a floating address is dropped: the host no longer claims it.
 * - Traffic to slirp4netns for addresses of the sandbox. A bridge floods packets for unknown ports, and slirp4netns
 *   would open a connection to each such address through this machine's link: an endless loop while the host is down.
 */
const bridgeRules = ({ cidr, gateway, resolver }: Subnet): string => `
table bridge world {
  set silent { type ifname; }
  set own { type ifname . ipv4_addr; }
  chain forward {
    type filter hook forward priority 0;
    ether type ip iifname @silent drop
    ether type ip oifname @silent drop
    ether type arp iifname @silent iifname . arp saddr ip != @own drop
    oifname "tap0" ip daddr ${cidr} ip daddr != { ${gateway}, ${resolver} } drop
  }
}
`;

/** Starts the network of a sandbox whose ledger has claimed the subnet. */
export async function startNetwork(ledger: Ledger, subnet: Subnet): Promise<SandboxNetwork> {
  const holder = startGated(ledger, "bridge", ["unshare", "--net", "sleep", "infinity"], { holdsNetwork: true });
  await ownNetwork(holder);
  const { link } = ledger.entry;
  await ipBatch(holder, ["link set lo up", "link add world type bridge", "link set world up"]);
  await mustRun([...enter(holder), "nft", "-f", "-"], { stdin: bridgeRules(subnet) });
  await ipBatch(undefined, [
    `link add ${link} type veth peer name machine netns ${holder.pid}`,
    `addr add ${subnet.machine}/24 dev ${link}`,
    `link set ${link} up`,
  ]);
  await ipBatch(holder, ["link set machine master world up"]);
  await startWayOut(ledger, holder, subnet);
  return {
    subnet,
    attach: async (member, address) => {
      const port = portOf(address);
      await ipBatch(holder, [
        `link add ${port} type veth peer name eth0 address ${macOf(address)} netns ${member.pid}`,
        `link set ${port} master world up`,
      ]);
      await ipBatch(member, [
        "link set lo up",
        `addr add ${address}/24 dev eth0`,
        "link set eth0 up",
        `route add default via ${subnet.gateway}`,
      ]);
    },
    detach: async (address) => {
      await runCommand([...enter(holder), "ip", "link", "del", portOf(address)]); // The kernel may have removed it already.
    },
    silence: async (address, silent) => {
      const element = `${silent ? "add" : "delete"} element bridge world`;
      const port = portOf(address);
      await mustRun([...enter(holder), "nft", "-f", "-"], {
        stdin: `${element} silent { ${port} }\n${element} own { ${port} . ${address} }\n`,
      });
    },
  };
}

/** Prefix of a command that runs in a process's network namespace. */
export function enter(holder: ProcessIdentity): string[] {
  return ["nsenter", `--net=/proc/${holder.pid}/ns/net`, "--"];
}

/** Waits until a process started with `unshare --net` has left this machine's network namespace. */
export async function ownNetwork(process: GatedProcess): Promise<void> {
  const command = (): string => readFileSync(`/proc/${process.pid}/cmdline`, "utf8").split("\0")[0] ?? "";
  for (const until = Date.now() + 5000; Date.now() < until; await sleep(2)) {
    if (!isAlive(process)) break;
    if (command() === "sleep") return;
  }
  throw new Error("this machine cannot create network namespaces; a rehearsal needs root and namespaces");
}

/** The subnets that a new sandbox may claim: those that this machine has no route to. */
export async function subnetsFreeHere(): Promise<Subnet[]> {
  const routes = JSON.parse(await mustRun(["ip", "-4", "-json", "route", "show", "table", "all"])) as {
    dst?: string;
  }[];
  return freeSubnets(routes.flatMap(({ dst }) => (dst === undefined || dst === "default" ? [] : [dst])));
}

async function startWayOut(ledger: Ledger, holder: ProcessIdentity, subnet: Subnet): Promise<void> {
  if (!existsSync("/dev/net/tun")) {
    throw new Error(
      "/dev/net/tun is missing; hosts need it to reach package servers. In a container: --device /dev/net/tun",
    );
  }
  const command = ["slirp4netns", "--disable-host-loopback", `--cidr=${subnet.cidr}`, "--netns-type=path"];
  const slirp = startGated(ledger, "way out", [...command, `/proc/${holder.pid}/ns/net`, "tap0"]);
  for (const until = Date.now() + 5000; Date.now() < until; await sleep(5)) {
    if (!isAlive(slirp)) break;
    const links = JSON.parse(await mustRun([...enter(holder), "ip", "-json", "link"])) as { ifname: string }[];
    if (links.some((link) => link.ifname === "tap0")) return ipBatch(holder, ["link set tap0 master world up"]);
  }
  throw new Error(
    "slirp4netns did not start, so hosts cannot reach package servers. Check that /dev/net/tun is usable.",
  );
}

async function ipBatch(holder: ProcessIdentity | undefined, lines: readonly string[]): Promise<void> {
  const prefix = holder === undefined ? [] : enter(holder);
  await mustRun([...prefix, "ip", "-batch", "-"], { stdin: lines.join("\n") + "\n" });
}

/** A host keeps its MAC address over a restart, so that its peers' ARP entries stay valid. */
function macOf(address: string): string {
  return ["02", "00", ...address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"))].join(":");
}

function portOf(address: string): string {
  return `port${address.split(".")[3]}`;
}
