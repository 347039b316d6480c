import { isIP } from "node:net";

/** One of the hosts between which the address moves. */
export interface FloatingHost {
  readonly name: string;
  /** IP address at which the other hosts reach it, for unicast VRRP packets. */
  readonly peerAddress: string;
}

export interface KeepalivedConfigArgs {
  /** IPv4 or IPv6 address that no machine has configured, of the same family as the hosts' addresses. */
  readonly address: string;
  /** VRRP router ID of the group, 1 to 255: the same on every host, and unique in the network segment. */
  readonly virtualRouterId: number;
  /** All hosts of the group, in any order. */
  readonly hosts: readonly FloatingHost[];
  /** Name of the host the configuration is for. */
  readonly self: string;
}

/** Seconds between two advertisements. After three missing ones another host takes the address. */
const advertSeconds = 0.5;

/** Script that checks the load balancer for keepalived, in the folder that SELinux's policy allows for such scripts. */
export const answersScriptPath = "/usr/libexec/keepalived/rancher-balancer-answers";

/** Highest priority in a group. VRRP reserves 255 for a router that owns the address. */
const firstPriority = 250;

/** Far enough apart that two hosts that start waiting at the same moment do not take the address at the same moment. */
const priorityStep = 30;

/** Maximum number of hosts with distinct priorities. */
const maxHosts = Math.floor(firstPriority / priorityStep);

/**
 * keepalived.conf of one host, with placeholders for what is known only on the host: `@@interface@@`, towards the other
 * hosts, `@@addressInterface@@`, for the address, and `@@leavingPeer@@`, a line that is kept only while a host that was
 * removed from the group still has the address. As a peer, that host hands the address over when it is undone.
 *
 * Failover time: a host that fails is detected after three to four missing advertisements, at most 2 s. A load balancer
 * that stops answering is detected within 1 to 2 s, and its host then hands the address over immediately.
 *
 * Uses statements that keepalived has supported since 2.0: https://www.keepalived.org/manpage.html
 *
 * @throws if the addresses cannot form a group
 */
export function renderKeepalivedConfig(args: KeepalivedConfigArgs): string {
  const { address, hosts, self, virtualRouterId } = args;
  checkGroup(args);
  const own = hosts.find(({ name }) => name === self);
  if (own === undefined) throw new Error(`${self} is not one of the hosts that ${address} moves between`);
  const peers = inOrder(hosts).filter((host) => host !== own);
  return `global_defs {
    vrrp_version 3
    # Ignore advertisements from other machines.
    vrrp_check_unicast_src
    # The check only opens a connection, so it does not run as root.
    script_user nobody
    enable_script_security
    # Repeat gratuitous ARP, for neighbours that missed the first one.
    vrrp_garp_master_delay 1
    vrrp_garp_master_refresh 30
    # After a network partition, the host that keeps the address announces it again.
    vrrp_higher_prio_send_advert true
}

vrrp_script balancer_answers {
    script "${answersScriptPath}"
    interval 1
    timeout 2
    # Twice, so that a restart of the load balancer does not move the address.
    fall 2
    rise 2
    # A host does not take the address before its load balancer has answered.
    init_fail
}

vrrp_instance rancher {
    # No host starts with the address or takes it from a working host: each move ends open connections.
    state BACKUP
    nopreempt
    interface @@interface@@
    virtual_router_id ${virtualRouterId}
    priority ${priorityOf(self, hosts)}
    advert_int ${advertSeconds}
    # Unicast: many networks do not pass multicast. VRRP 3 has no password; VRRP 2 sent it in plain text.
    unicast_src_ip ${own.peerAddress}
    unicast_peer {
${peers.map(({ peerAddress }) => `        ${peerAddress}`).join("\n")}
        @@leavingPeer@@
    }
    virtual_ipaddress {
        # With a host prefix the address is not used as the source of outgoing connections.
        ${address}/${isIP(address) === 6 ? 128 : 32} dev @@addressInterface@@
    }
    track_script {
        balancer_answers
    }
}
`;
}

/** By name, so that reordering hosts in the stack file changes nothing on them. */
export function priorityOf(self: string, hosts: readonly FloatingHost[]): number {
  return firstPriority - priorityStep * inOrder(hosts).findIndex(({ name }) => name === self);
}

function inOrder(hosts: readonly FloatingHost[]): readonly FloatingHost[] {
  return [...hosts].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function checkGroup({ address, hosts, virtualRouterId }: KeepalivedConfigArgs): void {
  const family = isIP(address);
  if (family === 0)
    throw new Error(`${address} is not an IP address, so it cannot move between hosts. Set an IP address`);
  if (!Number.isInteger(virtualRouterId) || virtualRouterId < 1 || virtualRouterId > 255)
    throw new Error(`virtualRouterId is ${virtualRouterId}; VRRP allows 1 to 255. Choose one of these`);
  if (hosts.length < 2 || hosts.length > maxHosts)
    throw new Error(`${address} would move between ${hosts.length} hosts; 2 to ${maxHosts} can share it`);
  for (const { name, peerAddress } of hosts) {
    if (isIP(peerAddress) !== family)
      throw new Error(
        `${name} is reached at ${peerAddress}, and ${address} is an IPv${family} address; ` +
          `VRRP needs the same family for both. Set privateAddress of ${name} to an IPv${family} address`,
      );
    if (peerAddress === address)
      throw new Error(`${address} is already the address of ${name}. Choose an address that no machine has`);
  }
}
