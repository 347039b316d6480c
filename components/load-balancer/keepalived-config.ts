import { isIP } from "node:net";

/** A host between which the address moves. */
export interface FloatingHost {
  readonly name: string;
  /** IP address the other hosts reach it at: where VRRP's packets go, straight from one host to the other. */
  readonly peerAddress: string;
}

export interface KeepalivedConfigArgs {
  /** IPv4 or IPv6 address that no machine has by itself, of the same family as the hosts' addresses. */
  readonly address: string;
  /** VRRP's number of this group, 1 to 255: the same on every host, and no other group's between the same hosts. */
  readonly virtualRouterId: number;
  /** All hosts of the group. Their order means nothing. */
  readonly hosts: readonly FloatingHost[];
  /** Name of the host the configuration is for. */
  readonly self: string;
}

/** Seconds between two of the holder's packets. Three that stay away make another host take the address. */
const advertSeconds = 0.5;

/** What tells keepalived whether the balancer on its host answers; a folder SELinux's policy knows for such scripts. */
export const answersScriptPath = "/usr/libexec/keepalived/rancher-balancer-answers";

/** Highest of a group, below 255, which VRRP keeps for a router that owns the address. */
const firstPriority = 250;

/** So much apart, two hosts that begin to wait at the same moment do not take the address at the same moment. */
const priorityStep = 30;

/** Hosts with a priority of their own. */
const mostHosts = Math.floor(firstPriority / priorityStep);

/**
 * keepalived.conf of one host, but for what is known there: `@@interface@@`, which leads to the other hosts,
 * `@@addressInterface@@`, which the address is put on, and `@@leavingPeer@@`, a line that stays only where a host that is
 * in the group no more still has the address. Heard to the end, it hands the address over when it is undone.
 *
 * How long clients wait: a host that falls silent is given up after three packets and a part of a fourth, at most 2 s; a
 * balancer that stops answering is noticed in 1 to 2 s, and the address moves at once, as its host says so.
 *
 * Statements that keepalived knows since 2.0: https://www.keepalived.org/manpage.html
 *
 * @throws when the addresses cannot form a group.
 */
export function renderKeepalivedConfig(args: KeepalivedConfigArgs): string {
  const { address, hosts, self, virtualRouterId } = args;
  checkGroup(args);
  const own = hosts.find(({ name }) => name === self);
  if (own === undefined) throw new Error(`${self} is none of the hosts that ${address} moves between`);
  const peers = inOrder(hosts).filter((host) => host !== own);
  return `global_defs {
    vrrp_version 3
    # What another machine says about the address counts for nothing.
    vrrp_check_unicast_src
    # Not root: the check only opens a connection.
    script_user nobody
    enable_script_security
    # Neighbours that missed the news of a move hear it again.
    vrrp_garp_master_delay 1
    vrrp_garp_master_refresh 30
    # After two hosts that could not hear each other both held the address, the one that keeps it tells everybody anew.
    vrrp_higher_prio_send_advert true
}

vrrp_script balancer_answers {
    script "${answersScriptPath}"
    interval 1
    timeout 2
    # Twice: a restart of the balancer is over by then.
    fall 2
    rise 2
    # A host whose balancer has not answered yet takes nothing.
    init_fail
}

vrrp_instance rancher {
    # Nobody begins with the address, and nobody takes it from a host that serves: each move ends open connections.
    state BACKUP
    nopreempt
    interface @@interface@@
    virtual_router_id ${virtualRouterId}
    priority ${priorityOf(self, hosts)}
    advert_int ${advertSeconds}
    # From host to host: many networks pass no multicast. VRRP 3 has no password; that of VRRP 2 went in clear.
    unicast_src_ip ${own.peerAddress}
    unicast_peer {
${peers.map(({ peerAddress }) => `        ${peerAddress}`).join("\n")}
        @@leavingPeer@@
    }
    virtual_ipaddress {
        # As a single address it is nobody's choice for connections that go out.
        ${address}/${isIP(address) === 6 ? 128 : 32} dev @@addressInterface@@
    }
    track_script {
        balancer_answers
    }
}
`;
}

/** By name, so that another order in the stack file changes nothing on the hosts. */
export function priorityOf(self: string, hosts: readonly FloatingHost[]): number {
  return firstPriority - priorityStep * inOrder(hosts).findIndex(({ name }) => name === self);
}

function inOrder(hosts: readonly FloatingHost[]): readonly FloatingHost[] {
  return [...hosts].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function checkGroup({ address, hosts, virtualRouterId }: KeepalivedConfigArgs): void {
  const family = isIP(address);
  if (family === 0) throw new Error(`${address} is no IP address, so it cannot move between hosts. Give one`);
  if (!Number.isInteger(virtualRouterId) || virtualRouterId < 1 || virtualRouterId > 255)
    throw new Error(`virtualRouterId is ${virtualRouterId}; VRRP has 1 to 255. Choose one of them`);
  if (hosts.length < 2 || hosts.length > mostHosts)
    throw new Error(`${address} would move between ${hosts.length} hosts; 2 to ${mostHosts} can share it`);
  for (const { name, peerAddress } of hosts) {
    if (isIP(peerAddress) !== family)
      throw new Error(
        `${name} is reached at ${peerAddress}, and ${address} is an IPv${family} address; ` +
          `VRRP needs both to be of one family. Give ${name} a privateAddress that is an IPv${family} address`,
      );
    if (peerAddress === address)
      throw new Error(`${address} is the address of ${name} itself. Choose one that no machine has`);
  }
}
