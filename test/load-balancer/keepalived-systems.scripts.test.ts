import { describe, expect, it } from "vitest";
import { renderKeepalivedScript } from "../../components/load-balancer/keepalived/keepalived-script.ts";
import { FakeKeepalived, group } from "./support/fakes/fake-keepalived.ts";

const script = renderKeepalivedScript({
  address: group.address,
  virtualRouterId: 51,
  hosts: [
    { name: "lb-1", peerAddress: group.own },
    { name: "lb-2", peerAddress: group.peer },
  ],
  self: "lb-1",
});
const conf = "/etc/keepalived/keepalived.conf";
const answers = "/usr/libexec/keepalived/rancher-balancer-answers";
const dropIn = "/etc/systemd/system/keepalived.service.d/rancher-stack.conf";
const changes = (machine: FakeKeepalived) =>
  machine.calls().filter((call) => !/^(rpm -q|id)|is-\w+|--state|--query|--get/.test(call));

describe("keepalived on the RHEL family", () => {
  it("is installed with dnf, with VRRP allowed in firewalld; destroy reverts all of it", async () => {
    using machine = new FakeKeepalived().effect(`echo ${group.address} >>here`);
    machine.tool("firewall-cmd", 'case "$*" in *--query*) exit 1 ;; *--get*) echo public ;; esac').tool("restorecon");

    const end = await machine.run(script, { name: "keepalived" });
    const installed = changes(machine);
    const files = [machine.read(answers), machine.read(dropIn)];
    const deleted = await machine.run("run_undo keepalived");

    expect([end.code, end.stderr]).toEqual([
      0,
      `installing keepalived\nfirewalld: allowing VRRP in zone public\nchanged: keepalived runs the new configuration; ${group.address} is here\n`,
    ]);
    expect(installed).toEqual([
      "dnf -q -y makecache --setopt=install_weak_deps=False",
      "dnf --assumeno install keepalived --setopt=install_weak_deps=False",
      "dnf -q -y install keepalived --setopt=install_weak_deps=False",
      "systemctl -q enable keepalived",
      "firewall-cmd -q --permanent --zone=public --add-protocol=vrrp",
      "firewall-cmd -q --zone=public --add-protocol=vrrp",
      "restorecon -R /usr/libexec/keepalived",
      "systemctl daemon-reload",
      expect.stringContaining("keepalived -t -f /") as string,
      "systemctl reset-failed keepalived",
      "systemctl start keepalived",
    ]);
    expect(files).toEqual([
      `#!/bin/bash
# keepalived's check of the load balancer on this host.
exec 3<>/dev/tcp/127.0.0.1/18404 && read -r -t 1 word _ <&3 && [ "$word" = generation ]
`,
      `[Unit]
StartLimitIntervalSec=0

[Service]
Restart=always
RestartSec=1
ExecStopPost=-${machine.path("bin/ip")} address delete ${group.address} dev eth0
`,
    ]);
    expect([deleted.code, deleted.stderr]).toEqual([0, "changed: keepalived is undone\n"]);
    expect(changes(machine)).toEqual([
      "systemctl stop keepalived",
      "systemctl daemon-reload",
      "firewall-cmd -q --permanent --zone=public --remove-protocol=vrrp",
      "firewall-cmd -q --zone=public --remove-protocol=vrrp",
      "rpm -e keepalived",
    ]);
    expect([answers, dropIn, conf].map((path) => machine.read(path))).toEqual([undefined, undefined, undefined]);
  });

  it("that was installed before gets its configuration and its state back", async () => {
    using machine = new FakeKeepalived().effect(`echo ${group.address} >>here`);
    for (const file of ["/installed", "/active"]) machine.write(file, "");
    machine.write(conf, "# theirs\n");

    const end = await machine.run(script, { name: "keepalived" });
    machine.calls();
    await machine.run("run_undo keepalived");

    expect([end.code, end.stderr]).toEqual([
      0,
      `keepalived's previous configuration is not used while this stack has a floating address; destroy restores it\nchanged: keepalived runs the new configuration; ${group.address} is here\n`,
    ]);
    expect(machine.read(conf)).toBe("# theirs\n");
    expect(changes(machine)).toEqual([
      "systemctl stop keepalived",
      "systemctl daemon-reload",
      "systemctl -q disable keepalived",
      "systemctl start keepalived",
    ]);
  });
});

it("keepalived is refused on an unsupported system before anything is changed", async () => {
  using machine = new FakeKeepalived();
  machine.write("/etc/os-release", "ID=alpine\nPRETTY_NAME='Alpine Linux v3.22'\n");

  const end = await machine.run(script, { name: "keepalived" });

  expect([end.code, end.stderr]).toEqual([
    10,
    "this machine runs Alpine Linux v3.22; keepalived can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Leave floatingAddress out, or use one of these systems\n",
  ]);
  expect(changes(machine)).toEqual([]);
});
