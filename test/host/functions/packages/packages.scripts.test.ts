import { describe, expect, it } from "vitest";
import { FakeSystem, releases } from "../../../support/scripts/fake-system.ts";

const dnfTable = `Last metadata expiration check: 0:01:02 ago.
Dependencies resolved.
================================================================================
 Package                  Arch    Version               Repository         Size
================================================================================
Installing:
 nginx                    x86_64  1:1.24.0-1.module     appstream          33 k
 nginx-mod-stream         x86_64  1:1.24.0-1.module     appstream          80 k
Upgrading:
 openssl-libs             x86_64  1:3.2.2-6             baseos            2.1 M
Installing dependencies:
 a-package-whose-name-is-very-long-indeed
                          noarch  1:1.24.0-1.module     appstream          20 k
 nginx-core               x86_64  1:1.24.0-1.module     appstream         590 k

Transaction Summary
================================================================================
Install  4 Packages
Operation aborted.
`;
const zypperPlan = `<?xml version='1.0'?>
<stream><message type="info">Resolving package dependencies...</message>
<install-summary download-size="100"><to-upgrade><solvable type="package" name="zlib" edition="1"/></to-upgrade>
<to-install><solvable type="package" name="nginx" edition="1.21.5" arch="x86_64"/><solvable type="pattern" name="x"/>
<solvable type="package" name="system-user-nginx" edition="1"/></to-install></install-summary></stream>
`;

describe("the machine's operating system", () => {
  it.each<[keyof typeof releases, string]>([
    ["debian", "debian"],
    ["ubuntu", "debian"],
    ["rhel", "redhat"],
    ["rocky", "redhat"],
    ["fedora", "redhat"],
    ["sles", "suse"],
    ["leap", "suse"],
    ["alpine", ""],
  ])("of %s is %s", async (release, system) => {
    using machine = new FakeSystem(release);

    const run = await machine.run(`detect_system\necho "$system, $system_name"`);

    expect(run.stdout).toBe(`${system}, ${/PRETTY_NAME="(.*)"/.exec(releases[release])?.[1]}\n`);
  });
});

describe("dnf", () => {
  const machineWith = (body: string) =>
    new FakeSystem("rocky").tool("dnf", body).tool("rpm", '[ "$1" != -q ] || [ "$2" = nginx ]');

  it("parses from dnf's table what would be installed", async () => {
    using machine = machineWith(`cat <<'TABLE'\n${dnfTable}TABLE\nexit 1`);

    const run = await machine.run(`detect_system\nnew_packages nginx nginx-mod-stream`);

    expect(run.code).toBe(0);
    expect(run.stdout).toBe("nginx\nnginx-mod-stream\na-package-whose-name-is-very-long-indeed\nnginx-core\n");
    expect(machine.calls()).toEqual(["dnf --assumeno install nginx nginx-mod-stream --setopt=install_weak_deps=False"]);
  });

  it("ends the script with dnf's message if a package does not exist", async () => {
    using machine = machineWith(
      `echo 'No match for argument: nginx'; echo 'Error: Unable to find a match: nginx'; exit 1`,
    );

    const run = await machine.run(`detect_system\nnew_packages nginx`);

    expect(run.code).toBe(20);
    expect(run.stderr).toBe(
      "No match for argument: nginx\nError: Unable to find a match: nginx\ndnf cannot find a way to install nginx; its output is above\n",
    );
  });

  it("installs without weak dependencies, and removes exactly the given packages that are installed", async () => {
    using machine = machineWith("true");

    const run = await machine.run(`detect_system
refresh_packages
add_packages nginx nginx-core
remove_packages nginx nginx-core`);

    expect(run.code, run.stderr).toBe(0);
    expect(machine.calls()).toEqual([
      "dnf -q -y makecache --setopt=install_weak_deps=False",
      "dnf -q -y install nginx nginx-core --setopt=install_weak_deps=False",
      "rpm -q nginx",
      "rpm -q nginx-core",
      "rpm -e nginx",
    ]);
  });

  it.each(["makecache", "install"])("ends the script if it fails at %s", async (verb) => {
    using machine = machineWith(`case " $* " in *" ${verb} "*) echo "no network" >&2; exit 1 ;; esac`);

    const run = await machine.run(`detect_system\nrefresh_packages\nadd_packages nginx`);

    expect(run.code).toBe(20);
    expect(run.stderr).toMatch(/^no network\n.*output is above\n$/);
  });
});

describe("zypper", () => {
  it("parses from zypper's plan what would be installed", async () => {
    using machine = new FakeSystem("sles").tool("zypper", `cat <<'PLAN'\n${zypperPlan}PLAN`);

    const run = await machine.run(`detect_system\nnew_packages nginx`);

    expect(run).toEqual({ code: 0, stdout: "nginx\nsystem-user-nginx\n", stderr: "" });
    expect(machine.calls()).toEqual(["zypper --non-interactive --xmlout install --dry-run --no-recommends nginx"]);
  });

  it.each([
    [102, 0],
    [106, 0],
    [104, 20],
    [7, 20],
  ])("that exits with %i counts as %i", async (code, expected) => {
    using machine = new FakeSystem("leap").tool("zypper", `exit ${code}`);

    const run = await machine.run(`detect_system\nadd_packages nginx`);

    expect(run.code).toBe(expected);
    expect(machine.calls()).toEqual(["zypper --non-interactive --quiet install --no-recommends nginx"]);
  });
});
