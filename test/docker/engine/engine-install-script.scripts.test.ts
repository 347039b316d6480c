import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { releases } from "../../support/scripts/fake-system.ts";
import { changing, daemonFile, FakeDockerMachine } from "../support/fake-docker-machine.ts";

describe("Docker Engine on Debian and Ubuntu", () => {
  it.each<[keyof typeof releases, string]>([
    ["debian", "https://download.docker.com/linux/debian bookworm stable"],
    ["ubuntu", "https://download.docker.com/linux/ubuntu noble stable"],
  ])(
    "of %s comes from Docker's repository, signed by its known key, and no downloaded script is run",
    async (release, source) => {
      using machine = new FakeDockerMachine(release);

      const end = await machine.install();

      expect(end.code, end.stderr).toBe(0);
      expect(end.stdout).toBe("28.3.1\n");
      const signed = "/etc/apt/keyrings/rancher-stack-docker.asc,9DC858229FC7DD38854AE2D88D81803C0EBFCD88";
      expect(machine.read("/etc/apt/sources.list.d/rancher-stack-docker.list")).toBe(
        `deb [signed-by=${signed}] ${source}\n`,
      );
      expect(machine.read(daemonFile)).toBe('{\n  "live-restore": true\n}\n');
      expect(changing(machine.calls())).toEqual([
        expect.stringMatching(/^apt-get .*update$/),
        expect.stringMatching(/install ca-certificates$/),
        expect.stringMatching(/^apt-get .*update$/),
        expect.stringMatching(/install docker-ce docker-ce-cli containerd.io$/),
        "systemctl -q enable docker",
        "systemctl reset-failed docker",
        "systemctl start docker",
        "usermod -a -G docker ops",
      ]);
    },
  );

  it("is planned once, and nothing outside the plan is installed", async () => {
    using machine = new FakeDockerMachine("debian");

    await machine.install();

    const installing = machine.calls().flatMap((call) => /^apt-get (-s )?.*install (.*)$/.exec(call)?.slice(1) ?? []);
    const engine = "docker-ce docker-ce-cli containerd.io";
    expect(installing).toEqual([
      "-s ",
      "ca-certificates",
      undefined,
      "ca-certificates",
      "-s ",
      engine,
      undefined,
      engine,
    ]);
  });

  it("is not touched by a second run", async () => {
    using machine = new FakeDockerMachine("debian");
    await machine.install();
    machine.calls();
    machine.tool("id", 'case "$*" in -nG*) echo "ops docker" ;; *) echo 0 ;; esac');

    const again = await machine.install();

    expect(again.code, again.stderr).toBe(0);
    expect(changing(machine.calls())).toEqual([]);
  });

  it("is removed with everything that was installed with it, and nothing else", async () => {
    using machine = new FakeDockerMachine("debian");
    await machine.install();
    machine.calls();

    const end = await machine.undo();

    expect(end.code, end.stderr).toBe(0);
    expect(changing(machine.calls())).toEqual([
      "gpasswd -d ops docker",
      expect.stringMatching(/purge ca-certificates containerd.io docker-ce docker-ce-cli$/),
    ]);
    for (const path of [
      daemonFile,
      "/etc/apt/sources.list.d/rancher-stack-docker.list",
      "/etc/apt/keyrings/rancher-stack-docker.asc",
    ]) {
      expect(machine.read(path)).toBeUndefined();
    }
  });

  it("keeps files of others in folders that the script created", async () => {
    using machine = new FakeDockerMachine("debian");
    await machine.install();
    machine.write("/etc/apt/keyrings/other.asc", "key");

    const end = await machine.undo();

    expect(end.code, end.stderr).toBe(0);
    expect(machine.read("/etc/apt/keyrings/other.asc")).toBe("key");
    expect(machine.read("/etc/apt/keyrings/rancher-stack-docker.asc")).toBeUndefined();
    expect(existsSync(machine.path("root", "/etc/docker"))).toBe(false);
  });

  it("is kept while it has containers of other owners", async () => {
    using machine = new FakeDockerMachine("debian");
    await machine.install();
    machine.write("/var/lib/docker/containers/wiki/config.v2.json", "{}");
    machine.calls();

    const end = await machine.undo();

    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toContain(
      "Docker Engine is kept, because it has containers that this stack did not create: wiki",
    );
    expect(changing(machine.calls())).toEqual(["gpasswd -d ops docker"]);
  });

  it("keeps volumes", async () => {
    using machine = new FakeDockerMachine("debian");
    await machine.install();
    machine.write("/var/lib/docker/volumes/rancher-data/_data/k3s", "state");

    const end = await machine.undo();

    expect(machine.said(end)).toContain(
      "kept in /var/lib/docker/volumes, for a later installation of Docker Engine: rancher-data",
    );
    expect(machine.read("/var/lib/docker/volumes/rancher-data/_data/k3s")).toBe("state");
  });

  it("does not replace packages that others installed", async () => {
    using machine = new FakeDockerMachine("debian");
    machine.tool(
      "apt-get",
      'case "$*" in *-s*docker-ce*) echo "Remv containerd [1.6]"; echo "Inst docker-ce (1)" ;; esac',
    );

    const end = await machine.install();

    expect([end.code, end.stderr]).toEqual([
      10,
      expect.stringContaining("would replace packages of this machine: containerd."),
    ]);
    expect(machine.calls().filter((call) => /install docker-ce/.test(call) && !/ -s /.test(call))).toEqual([]);
  });

  it("is not installed when the key cannot be downloaded or the repository is not trusted", async () => {
    using unreachable = new FakeDockerMachine("debian");
    unreachable.tool("apt-helper", 'echo "no route" >&2; exit 100');
    using unbelieved = new FakeDockerMachine("debian");
    unbelieved.tool("apt-cache", 'echo "N: Unable to locate package"');

    const [first, second] = [await unreachable.install(), await unbelieved.install()];

    expect([first.code, first.stderr]).toEqual([20, expect.stringContaining("linux/debian/gpg cannot be downloaded")]);
    expect([second.code, second.stderr]).toEqual([20, expect.stringContaining("apt has no docker-ce from")]);
  });
});

describe("Docker Engine on the RHEL family", () => {
  it.each<[keyof typeof releases, string]>([
    ["rhel", "rhel/9"],
    ["rocky", "centos/9"],
    ["fedora", "fedora/41"],
  ])("of %s comes from Docker's repository, with its known key alone", async (release, folder) => {
    using machine = new FakeDockerMachine(release);

    const end = await machine.install();

    expect(end.code, end.stderr).toBe(0);
    const source = machine.read("/etc/yum.repos.d/rancher-stack-docker.repo");
    expect(source).toContain(
      `baseurl=https://download.docker.com/linux/${folder}/$basearch/stable\nenabled=1\ngpgcheck=1\n`,
    );
    expect(source).toContain("gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-docker\n");
    const calls = machine.calls();
    expect(calls.find((call) => call.includes("--export"))).toMatch(
      /--export 060A61C51B558A7F742B77AAC52FEB6B621E9F35$/,
    );
    expect(calls).toContain("rpm --import /etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-docker");
  });

  it("is not installed if Docker's key is not the known one", async () => {
    using machine = new FakeDockerMachine("rocky");
    machine.tool("gpg");

    const end = await machine.install();

    expect([end.code, end.stderr]).toEqual([20, expect.stringContaining("Docker's known key is not in")]);
    expect(machine.read("/etc/yum.repos.d/rancher-stack-docker.repo")).toBeUndefined();
  });

  it("is removed by rpm, which removes what was installed with it", async () => {
    using machine = new FakeDockerMachine("rocky");
    await machine.install();
    machine.calls();

    await machine.undo();

    expect(changing(machine.calls())).toContain("rpm -e containerd.io docker-ce docker-ce-cli");
  });
});

it.each<[keyof typeof releases, string]>([
  ["sles", "Docker has no packages for SUSE Linux Enterprise Server 15 SP6"],
  ["alpine", "this machine runs Alpine Linux v3.22, for which Docker has no packages"],
])("%s is refused before anything changes, with an alternative", async (release, message) => {
  using machine = new FakeDockerMachine(release);

  const end = await machine.install();

  expect([end.code, end.stderr]).toEqual([10, expect.stringContaining(message)]);
  expect(end.stderr).toContain("docker.engine: existing");
  expect(changing(machine.calls())).toEqual([]);
});

it("does not add root to a group", async () => {
  using machine = new FakeDockerMachine("debian");

  const end = await machine.install({ user: "root" });

  expect(end.code, end.stderr).toBe(0);
  expect(changing(machine.calls()).filter((call) => call.startsWith("usermod"))).toEqual([]);
});
