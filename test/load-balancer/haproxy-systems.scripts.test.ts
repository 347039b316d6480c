import { describe, expect, it } from "vitest";
import { generationScript, generationScriptPath } from "../../components/load-balancer/haproxy/haproxy-config.ts";
import { renderHaproxyScript } from "../../components/load-balancer/haproxy/haproxy-script.ts";
import { FakeHaproxy } from "./support/fakes/fake-haproxy.ts";
import { haproxyVariants } from "./support/haproxy-variants.ts";

const script = renderHaproxyScript(haproxyVariants["three-nodes"]!);

describe("the HAProxy of the RHEL family", () => {
  it("is installed with dnf, with SELinux and firewalld configured; destroy reverts all of it", async () => {
    using machine = new FakeHaproxy();
    machine
      .tool("getenforce", "echo Enforcing")
      .tool("getsebool", 'echo "$1 --> off"')
      .tool("setsebool")
      .tool("semanage")
      .tool("firewall-cmd", 'case "$*" in *--query*) exit 1 ;; esac');
    const changes = () =>
      machine
        .calls()
        .filter((call) => !/^(ss|ip|rpm -q|getenforce|getsebool|getent|id)|is-\w+|--state|--query|port -l/.test(call));

    const end = await machine.run(script, { name: "haproxy" });
    const installed = changes();
    const lua = machine.read(generationScriptPath);
    const deleted = await machine.run("run_undo haproxy");

    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toBe(
      "installing HAProxy\nSELinux: switching haproxy_connect_any on\nfirewalld: opening port 80\nfirewalld: opening port 443\nchanged: HAProxy runs the new configuration\n",
    );
    expect(installed).toEqual([
      "dnf -q -y makecache --setopt=install_weak_deps=False",
      "dnf --assumeno install haproxy --setopt=install_weak_deps=False",
      "dnf -q -y install haproxy --setopt=install_weak_deps=False",
      "systemctl -q enable haproxy",
      "setsebool -P haproxy_connect_any on",
      "firewall-cmd -q --permanent --add-port=80/tcp",
      "firewall-cmd -q --add-port=80/tcp",
      "firewall-cmd -q --permanent --add-port=443/tcp",
      "firewall-cmd -q --add-port=443/tcp",
      "haproxy -c -f /etc/haproxy/haproxy.cfg.placing",
      "systemctl start haproxy",
    ]);
    expect(lua).toBe(generationScript);
    expect([deleted.code, deleted.stderr]).toEqual([0, "changed: haproxy is undone\n"]);
    expect(changes()).toEqual([
      "firewall-cmd -q --permanent --remove-port=80/tcp",
      "firewall-cmd -q --remove-port=80/tcp",
      "firewall-cmd -q --permanent --remove-port=443/tcp",
      "firewall-cmd -q --remove-port=443/tcp",
      "setsebool -P haproxy_connect_any off",
      "systemctl stop haproxy",
      "rpm -e haproxy",
    ]);
    expect(machine.read(generationScriptPath)).toBeUndefined();
  });

  it("that was installed before gets its configuration and its state back", async () => {
    using machine = new FakeHaproxy();
    machine.write("/installed", "");
    machine.write("/etc/haproxy/haproxy.cfg", "# theirs\n");

    const end = await machine.run(script, { name: "haproxy" });
    await machine.run("run_undo haproxy");

    expect(end.code, end.stderr).toBe(0);
    expect(machine.read("/etc/haproxy/haproxy.cfg")).toBe("# theirs\n");
    expect(machine.calls().filter((call) => /^(dnf|rpm -e)|systemctl (-q dis|stop)/.test(call))).toEqual([
      "systemctl -q disable haproxy",
      "systemctl stop haproxy",
    ]);
  });

  it.each([
    [
      'LISTEN 0 5 0.0.0.0:80 0.0.0.0:* users:(("perl",pid=77,fd=3))',
      "port 80 is in use on this machine by perl (pid 77). Stop it, or choose another host for the load balancer\n",
      false,
    ],
    [
      'LISTEN 0 5 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=78,fd=3))',
      "port 80 is in use by the nginx that this stack installed. Remove it first: kind: external, then pulumi up, then kind: haproxy\n",
      true,
    ],
  ])("is refused beside %s", async (listing, message, ours) => {
    using machine = new FakeHaproxy();
    machine.tool("ss", `echo '${listing}'`);
    if (ours) await machine.run("register_undo :", { name: "nginx" });

    const end = await machine.run(script, { name: "haproxy" });

    expect([end.code, end.stderr]).toEqual([10, message]);
    expect(machine.calls().filter((call) => !/^(ss|id)/.test(call))).toEqual([]);
  });
});

it("HAProxy is refused on an unsupported system before anything is changed", async () => {
  using machine = new FakeHaproxy();
  machine.write("/etc/os-release", "ID=alpine\nPRETTY_NAME='Alpine Linux v3.22'\n");

  const end = await machine.run(script, { name: "haproxy" });

  expect([end.code, end.stderr]).toEqual([
    10,
    "this machine runs Alpine Linux v3.22; HAProxy can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Use one of these systems for the load balancer, or kind: external\n",
  ]);
  expect(machine.calls().filter((call) => !/^id/.test(call))).toEqual([]);
});
