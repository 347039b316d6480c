import { FakeSystem } from "../../../support/scripts/fake-system.ts";

/** Addresses of a simulated group: those of the machine, a peer and a former peer, and the floating one. */
export const group = { own: "192.0.2.21", peer: "192.0.2.22", former: "192.0.2.23", address: "192.0.2.20" } as const;

/**
 * A simulated machine of the RHEL family with a keepalived, and a network of neighbours: `here` has the machine's
 * addresses, `neighbours` those of others with their MAC addresses, one per line, and `towards` the interface that
 * leads to the floating address. Starting or reloading keepalived runs the file `effect`, shell text, in their folder.
 */
export class FakeKeepalived extends FakeSystem {
  constructor() {
    super("rocky");
    const root = this.path("root");
    this.write("/here", `${group.own}\n`);
    this.write("/neighbours", `${group.peer} 02:00:c0:00:02:16\n`);
    this.write("/towards", "eth0\n");
    this.tool("rpm", `case $1 in -q) [ -e ${root}/installed ] ;; -e) rm -f ${root}/installed ;; esac`);
    this.tool(
      "dnf",
      `case "$*" in
*--assumeno*) printf 'Installing:\\n keepalived x86_64\\n'; exit 1 ;;
*" install "*) : >${root}/installed; mkdir -p ${root}/etc/keepalived ;;
esac`,
    );
    this.command(
      "ip",
      `for last; do :; done
case "$*" in
"-o addr show "*) ! grep -x -F "$last" ${root}/here || exit 0 ;;
"-o neigh show to "*)
  mac=$(sed -n "s/^$5 //p" ${root}/neighbours)
  if [ -n "$mac" ]; then echo "$5 lladdr $mac REACHABLE"; else echo "$5 FAILED"; fi ;;
"-o route get 203."*) echo "$last via 192.0.2.1 dev eth0 src ${group.own}" ;;
"-o route get ${group.address}") echo "$last dev $(cat ${root}/towards) src ${group.own}" ;;
"-o route get "*) echo "$last dev eth0 src ${group.own}" ;;
"-o link show dev "*) [ "$last" = eth0 ] || [ "$last" = eth1 ] ;;
"-o link show") printf '1: lo: <UP>\\n2: eth0: <UP>\\n3: eth1@if7: <UP>\\n' ;;
esac`,
    );
    this.command("bash", "exit 1");
    this.tool("keepalived", `! grep advert_every "$3"`);
    this.tool("journalctl", `cat ${root}/words 2>/dev/null`);
    this.command("timeout", `while [ "\${1#[0-9]}" != "$1" ] || [ "$1" = -k ]; do shift; done; exec "$@"`);
    this.tool(
      "systemctl",
      `case "$*" in
*is-active*) [ -e ${root}/active ] ;;
*is-enabled*) [ -e ${root}/enabled ] ;;
*enable*) : >${root}/enabled ;;
*disable*) rm -f ${root}/enabled ;;
start*|reload*) : >${root}/active; cd ${root}; [ ! -e effect ] || . ./effect ;;
stop*) rm -f ${root}/active; sed -i '/^${group.address}$/d' ${root}/here ;;
esac`,
    );
  }

  /** Sets what starting or reloading keepalived does. */
  effect(shell: string): this {
    this.write("/effect", shell);
    return this;
  }

  /** The check of the load balancer is placed in the machine's folder, and a rollout waits for less time. */
  protected override redirected(text: string): string {
    return super
      .redirected(text)
      .replaceAll("/usr/libexec/", `${this.path("root")}/usr/libexec/`)
      .replace("\nheld_seconds=15\n", "\nheld_seconds=2\n")
      .replace("\nsettle_seconds=5\n", "\nsettle_seconds=0\n");
  }
}
