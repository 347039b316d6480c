import { describe, expect, it } from "vitest";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderNginxScript, type NginxScriptArgs } from "../../components/load-balancer/nginx/package/nginx-script.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import { nginxBalancer, prodSettings } from "../support/prod-stack.ts";
import { FakeNginx } from "./support/fakes/fake-nginx.ts";

const script = (overrides: Partial<NginxScriptArgs> = {}, http = 80) =>
  renderNginxScript({
    listeners: rancherListeners(prodSettings({ loadBalancer: nginxBalancer({ ports: { http, https: 443 } }) })),
    options: defaultNginxOptions,
    package: "distribution",
    certificates: [],
    ...overrides,
  });

const redhat =
  "nginx version: nginx/1.24.0\nbuilt with OpenSSL 3.0.7 1 Nov 2022\nconfigure arguments: --prefix=/usr/share/nginx --modules-path=/usr/lib64/nginx/modules --user=nginx --group=nginx --with-stream=dynamic";
const suse =
  "nginx version: nginx/1.27.2\nbuilt with OpenSSL 3.1.4 24 Oct 2023\nconfigure arguments: --prefix=/usr --modules-path=/usr/lib64/nginx/modules --user=nginx --group=nginx --with-stream=dynamic";
const nginxOrg =
  "nginx version: nginx/1.30.4\nbuilt with OpenSSL 3.0.7 1 Nov 2022\nconfigure arguments: --prefix=/etc/nginx --user=nginx --group=nginx --with-stream --with-threads";

/** Calls that changed the machine, or were meant to. */
const changes = (calls: readonly string[]) =>
  calls.filter(
    (call) => !/^(ss|rpm -q|nginx -V|getenforce|getsebool|id)|is-(active|enabled)|--state|--query|port -l/.test(call),
  );
const undo = "run_undo nginx";

describe("nginx on the RHEL family", () => {
  const machineWith = (build = redhat, installed: readonly string[] = []) => {
    const machine = new FakeNginx({ release: "rocky", build, installed });
    machine.write("/usr/share/nginx/modules/mod-stream.conf", "");
    return machine
      .tool("getenforce", "echo Enforcing")
      .tool("getsebool", 'echo "$1 --> off"')
      .tool("setsebool")
      .tool("semanage", 'echo "http_port_t                    tcp      80, 81, 443, 8443"')
      .tool("firewall-cmd", 'case "$*" in *--query*) exit 1 ;; esac');
  };

  it("is installed with dnf, with SELinux and firewalld configured; destroy reverts all of it", async () => {
    using machine = machineWith();

    const end = await machine.run(script());
    const installed = machine.calls();
    const deleted = await machine.run(undo);

    expect(end.code, end.stderr).toBe(0);
    expect(changes(installed)).toEqual([
      "dnf -q -y makecache --setopt=install_weak_deps=False",
      "dnf --assumeno install nginx nginx-mod-stream --setopt=install_weak_deps=False",
      "dnf -q -y install nginx nginx-mod-stream --setopt=install_weak_deps=False",
      "systemctl -q enable nginx",
      "systemctl daemon-reload",
      "setsebool -P httpd_can_network_connect on",
      "setsebool -P httpd_setrlimit on",
      "semanage port -a -t http_port_t -p tcp 18404",
      "firewall-cmd -q --permanent --add-port=80/tcp",
      "firewall-cmd -q --add-port=80/tcp",
      "firewall-cmd -q --permanent --add-port=443/tcp",
      "firewall-cmd -q --add-port=443/tcp",
      "nginx -t -q -c /etc/nginx/nginx.conf.placing",
      "nginx -t -q -c /etc/nginx/nginx.conf",
      "systemctl reset-failed nginx",
      "systemctl start nginx",
    ]);
    expect(machine.read("/packages")?.trim()).toBe("");
    expect(deleted.code, deleted.stderr).toBe(0);
    expect(changes(machine.calls())).toEqual([
      "systemctl daemon-reload",
      "rpm -e nginx nginx-mod-stream",
      "semanage port -d -p tcp 18404",
      "setsebool -P httpd_can_network_connect off",
      "setsebool -P httpd_setrlimit off",
      "firewall-cmd -q --permanent --remove-port=80/tcp",
      "firewall-cmd -q --remove-port=80/tcp",
      "firewall-cmd -q --permanent --remove-port=443/tcp",
      "firewall-cmd -q --remove-port=443/tcp",
      "nginx -t -q",
      "systemctl reload nginx",
    ]);
  });

  it("runs as that package's user", async () => {
    using machine = machineWith();

    await machine.run(script());

    expect(machine.read("/etc/nginx/nginx.conf")).toContain("user nginx;\n");
    expect(machine.read("/etc/nginx/nginx.conf")).toContain("include /usr/share/nginx/modules/*.conf;\n");
  });

  it("is not touched by a second run", async () => {
    using machine = machineWith();
    await machine.run(script());
    machine.tool("getsebool", 'echo "$1 --> on"').tool("firewall-cmd").calls();
    machine.tool("semanage", 'echo "http_port_t                    tcp      18404, 80, 81, 443, 8443"');

    const again = await machine.run(script());

    expect([again.code, again.stderr]).toEqual([0, "unchanged: nginx runs this configuration\n"]);
    expect(changes(machine.calls())).toEqual(["systemctl -q enable nginx"]);
  });

  it("that was installed before gets its configuration back, and stays", async () => {
    using machine = machineWith(redhat, ["nginx", "nginx-mod-stream"]);
    machine.write("/etc/nginx/nginx.conf", "# theirs\n");
    machine.write("/etc/nginx/conf.d/theirs.conf", "# theirs too\n");

    const end = await machine.run(script());
    await machine.run(undo);

    expect(end.stderr.replaceAll(machine.path("root"), "")).toContain(
      "not used while this nginx is the load balancer, and restored by destroy: /etc/nginx/conf.d/theirs.conf",
    );
    expect(machine.read("/etc/nginx/nginx.conf")).toBe("# theirs\n");
    expect(machine.read("/packages")).toBe("nginx\nnginx-mod-stream\n");
    expect(machine.calls().filter((call) => call.startsWith("dnf"))).toEqual([]);
  });

  it("installs the tool for SELinux's ports if it is missing", async () => {
    using machine = new FakeNginx({ release: "rocky", build: redhat });
    machine.tool("getenforce", "echo Enforcing").tool("getsebool", 'echo "$1 --> on"');

    await machine.run(script());

    expect(machine.calls().filter((call) => call.startsWith("dnf -q -y install"))).toEqual([
      "dnf -q -y install nginx nginx-mod-stream policycoreutils-python-utils --setopt=install_weak_deps=False",
    ]);
  });

  it("of nginx.org comes from its repository, without the module's package", async () => {
    using machine = machineWith(nginxOrg)
      .tool("curl", 'printf x >"$5"')
      .tool("gpg", 'case "$*" in *--export*) echo key ;; esac');

    const end = await machine.run(script({ package: "nginx.org" }));

    expect(end.code, end.stderr).toBe(0);
    expect(machine.calls().filter((call) => call.startsWith("dnf"))).toEqual([
      "dnf -q -y makecache --setopt=install_weak_deps=False",
      "dnf --assumeno install nginx --setopt=install_weak_deps=False",
      "dnf -q -y install nginx --setopt=install_weak_deps=False",
    ]);
    expect(machine.read("/etc/yum.repos.d/rancher-stack-nginx.repo")).toContain("gpgcheck=1");
    expect(machine.read("/etc/nginx/nginx.conf")).not.toContain("load_module");
    await machine.run(undo);
    expect(machine.read("/etc/yum.repos.d/rancher-stack-nginx.repo")).toBeUndefined();
  });

  it("of nginx.org does not replace one that others installed", async () => {
    using machine = machineWith(redhat, ["nginx"]);

    const end = await machine.run(script({ package: "nginx.org" }));

    expect([end.code, end.stderr]).toEqual([
      10,
      "this machine already has an nginx of Rocky Linux 9.4 (Blue Onyx), which destroy could not restore. Remove it, or use package: distribution\n",
    ]);
    expect(changes(machine.calls())).toEqual([]);
  });

  it("that is too old is refused before anything of it is changed", async () => {
    using machine = machineWith(redhat.replace("1.24.0", "1.20.1"));

    const end = await machine.run(script());

    expect([end.code, end.stderr]).toEqual([
      10,
      expect.stringContaining("this machine has nginx 1.20.1; 1.22.0 or later"),
    ]);
    expect(machine.read("/etc/nginx/nginx.conf")).toBe("# the package's\n");
  });
});

describe("nginx on SUSE", () => {
  it("is installed with zypper, and loads the stream module that is installed beside it", async () => {
    using machine = new FakeNginx({ release: "leap", build: suse });

    const end = await machine.run(script());
    const calls = machine.calls();
    const configuration = machine.read("/etc/nginx/nginx.conf");
    await machine.run(undo);

    expect(end.code, end.stderr).toBe(0);
    expect(changes(calls)).toEqual([
      "zypper --non-interactive --quiet refresh",
      "zypper --non-interactive --xmlout install --dry-run --no-recommends nginx",
      "zypper --non-interactive --quiet install --no-recommends nginx",
      "systemctl -q enable nginx",
      "systemctl daemon-reload",
      "nginx -t -q -c /etc/nginx/nginx.conf.placing",
      "nginx -t -q -c /etc/nginx/nginx.conf",
      "systemctl reset-failed nginx",
      "systemctl start nginx",
    ]);
    expect(configuration).toContain("load_module /usr/lib64/nginx/modules/ngx_stream_module.so;\n");
    expect(changes(machine.calls())).toContain("rpm -e nginx");
  });
});

describe("an unsupported system", () => {
  it("is refused before anything is changed", async () => {
    using machine = new FakeNginx({ release: "alpine", build: redhat });

    const end = await machine.run(script());

    expect([end.code, end.stderr]).toEqual([
      10,
      "this machine runs Alpine Linux v3.22; nginx can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Use one of these systems for the load balancer, or kind: external\n",
    ]);
    expect(changes(machine.calls())).toEqual([]);
  });
});
