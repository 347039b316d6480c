import { describe, expect, it } from "vitest";
import {
  renderDockerHostChecks,
  type DockerHostChecksArgs,
} from "../../../components/docker/host/docker-host-checks.ts";
import { countsAs } from "../../../components/docker/host/docker-host-figures.ts";
import { FakeSystem } from "../../support/scripts/fake-system.ts";
import { edited } from "../../support/scripts/shell.ts";

const GiB = 2 ** 30;

interface Machine {
  readonly os: string;
  readonly architecture: string;
  readonly cpus: number;
  readonly bytes: number;
  readonly limits: string;
  readonly security: string;
  readonly version: string;
  readonly words: string;
  readonly answers: boolean;
  /** Endpoint of its engine, for a user of the engine. */
  readonly endpoint: string;
  /** Free space under Docker's folder. */
  readonly free: number;
  readonly listening: string;
  readonly holder: string;
  /** Owner of the network with our name; no owner if empty. Without it the network does not exist. */
  readonly network?: string;
  readonly resolvers: string;
  readonly system: string;
  readonly timedatectl: string;
  readonly chronyc?: string;
  /** Docker's folder; an existing one if absent. */
  readonly root?: string;
  /** Whether the engine refuses to describe itself. */
  readonly silent?: boolean;
}

const healthy: Machine = {
  os: "linux",
  architecture: "x86_64",
  cpus: 2,
  bytes: 7.7 * GiB,
  limits: "true",
  security: "[name=seccomp,profile=builtin]",
  version: "28.3.1",
  words: "Docker version 28.3.1, build 1",
  answers: true,
  endpoint: "",
  free: 100,
  listening: "",
  holder: "",
  resolvers: "nameserver 192.0.2.53\n",
  system: "Linux",
  timedatectl: "echo yes",
};

function machineOf(changes: Partial<Machine> = {}): FakeSystem {
  const facts = { ...healthy, ...changes };
  const machine = new FakeSystem("debian");
  const root = machine.path("root/var/lib/docker");
  machine.write("/var/lib/docker/engine-id", "");
  machine.write("/etc/resolv.conf", facts.resolvers);
  const engine = [
    facts.os,
    facts.architecture,
    facts.cpus,
    Math.floor(facts.bytes),
    facts.limits,
    facts.root === undefined ? root : machine.path(`root${facts.root}`),
  ].join(" ");
  machine.tool(
    "docker",
    `case "$*" in
  --version) echo "${facts.words}" ;;
  version*) ${facts.answers ? `echo ${facts.version}` : 'echo "Cannot connect to the Docker daemon" >&2; exit 1'} ;;
  context*) echo "${facts.endpoint}" ;;
  *SecurityOptions*) echo "${facts.security}" ;;
  info*) ${facts.silent === true ? 'echo "permission denied" >&2; exit 1' : `echo "${engine}"`} ;;
  ps*) echo "${facts.holder}" ;;
  network*) ${facts.network === undefined ? "echo; exit 1" : `echo "${facts.network}"`} ;;
esac`,
  );
  machine.tool("uname", `echo ${facts.system}`);
  machine.tool("ss", `case "$*" in *:443*) echo "${facts.listening}" ;; esac`);
  machine.tool("df", `echo "Filesystem 1024-blocks Used Available"; echo "/dev/sda 1 1 ${facts.free * 1048576} 1% /"`);
  machine.tool("timedatectl", facts.timedatectl);
  machine.tool("runuser");
  machine.tool("chronyc", facts.chronyc ?? "exit 1");
  return machine;
}

const args: DockerHostChecksArgs = { ports: [80, 443], containers: ["rancher", "rancher-nginx"] };
const checks = (changes: Partial<DockerHostChecksArgs> = {}) => renderDockerHostChecks({ ...args, ...changes });

const sized = "2 CPUs and 8267 MB of memory is enough for 15 clusters with 200 nodes in total, by Rancher's figures";

describe("the checks of a Docker host", () => {
  it("pass on a healthy host, print what it is sufficient for, and change nothing", async () => {
    using machine = machineOf();

    const end = await machine.run(checks());

    expect([end.code, end.stderr]).toEqual([0, `${sized}\nunchanged: this machine can run Rancher\n`]);
    expect(
      machine
        .calls()
        .filter(
          (call) =>
            !/^(docker (--version|version|info|ps|context inspect|network inspect)|uname|ss|df|timedate|chronyc)/.test(
              call,
            ),
        ),
    ).toEqual([]);
  });

  it("accept the stack's own network", async () => {
    using machine = machineOf({ network: "rancher/dev" });

    expect((await machine.run(checks())).code).toBe(0);
  });

  it.each<[string, Partial<Machine>, string]>([
    [
      "a network of another owner",
      { network: "" },
      "this machine has a Docker network rancher that this program did not create, and this program needs the name",
    ],
    ["Podman", { words: "podman version 5.0" }, "docker on this machine is Podman"],
    [
      "an engine that does not respond",
      { answers: false },
      "does not answer: Cannot connect to the Docker daemon. Start it",
    ],
    ["an engine of long ago", { version: "19.03.8" }, "this is Docker Engine 19.03.8; 20.10 or later is needed"],
    ["containers of Windows", { os: "windows" }, "this Docker runs windows containers"],
    ["another processor", { architecture: "riscv64" }, "runs on riscv64; Rancher's image supports amd64 and arm64"],
    ["an engine without root", { security: "[name=seccomp name=rootless]" }, "runs without root"],
    ["mapped users", { security: "[name=userns]" }, "uses userns-remap"],
    ["a kernel without memory limits", { limits: "false" }, "cgroup_enable=memory"],
    ["1 GB of memory", { bytes: GiB }, "Rancher would have 1073 MB of memory; the K3s inside it needs 2 GB"],
    [
      "an engine installed as a snap",
      { root: "/var/snap/docker/common/var-lib-docker" },
      "is a snap, which cannot use",
    ],
    ["an engine that does not describe itself", { silent: true }, "docker info fails: permission denied"],
    ["a full disk", { free: 4 }, "has 4 GiB free; Rancher's image and data need 5"],
    ["a port in use", { listening: "LISTEN" }, "port 443 is in use on this machine. Find the process"],
    [
      "a port of another container",
      { listening: "LISTEN", holder: "wiki" },
      "port 443 is in use by the container wiki",
    ],
    ["no resolver", { resolvers: "search example.com\n" }, "has no nameserver"],
    ["a clock that is off", { chronyc: "echo A,b,3,1,-7.25,0,0,0,0,0,0,0,64,Normal" }, "is -7.25 s off"],
  ])("refuse %s", async (_, changes, message) => {
    using machine = machineOf(changes);

    const end = await machine.run(checks());

    expect(end.code, end.stderr).toBe(10);
    expect(end.stderr).toContain(message);
  });

  it.each([
    ["Docker", "command -v docker ", "this machine has no Docker. Install Docker Engine 20.10 or later"],
    ["a kernel's log", "-e /dev/kmsg", "this machine has no /dev/kmsg, without which Rancher's image does not start"],
  ])("refuse a machine without %s", async (_, looked, message) => {
    using machine = machineOf();

    const end = await machine.run(
      edited(checks(), (text) => text.replaceAll(looked, `${looked.trimEnd()}-that-is-not-here `)),
    );

    expect([end.code, end.stderr]).toEqual([10, expect.stringContaining(message)]);
  });

  it.each<[string, Partial<Machine>, string]>([
    [
      "3 GB of memory",
      { bytes: 3 * GiB },
      "2 CPUs and 3221 MB of memory is less than Rancher's smallest size: 1 CPU and 4 GB",
    ],
    ["a disk that will not do for an upgrade", { free: 12 }, "has 12 GiB free; an upgrade needs space for two images"],
    [
      "a resolver on the machine itself",
      { resolvers: "nameserver 127.0.0.1\n" },
      "has only this machine itself as nameserver (127.0.0.1)",
    ],
    ["a clock that is not synchronised", { timedatectl: "echo no" }, "timedatectl set-ntp true"],
    ["a chrony without a source", { chronyc: "echo A,b,0,1,0.0,0,0,0,0,0,0,0,64,Not synchronised" }, "no source yet"],
    ["a clock whose state is unknown", { timedatectl: "exit 1" }, "Install chrony"],
  ])("warn of %s, and continue", async (_, changes, message) => {
    using machine = machineOf(changes);

    const end = await machine.run(checks());

    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toContain("warning: ");
    expect(end.stderr).toContain(message);
  });

  it("allow ports to be held by the stack's containers and by the one that is taken over", async () => {
    for (const holder of ["rancher-nginx", "old-rancher"]) {
      using machine = machineOf({ listening: "LISTEN", holder });
      const end = await machine.run(checks({ containers: [...args.containers, "old-rancher"] }));

      expect(end.code, end.stderr).toBe(0);
    }
  });

  it("account for Docker looking behind systemd-resolved", async () => {
    using machine = machineOf({ resolvers: "nameserver 127.0.0.53\n" });
    machine.write("/run/systemd/resolve/resolv.conf", "nameserver 192.0.2.53\n");

    const end = await machine.run(checks());

    expect(end.stderr).not.toContain("warning");
  });

  it("check on a Mac only what the engine and a Mac can report", async () => {
    using machine = machineOf({ system: "Darwin", timedatectl: "exit 1", resolvers: "" });

    const end = await machine.run(checks());

    expect([end.code, end.stderr]).toEqual([0, `${sized}\nunchanged: this machine can run Rancher\n`]);
  });

  it("check that the SSH user may use Docker", async () => {
    using machine = machineOf();
    machine.tool("runuser", 'echo "permission denied" >&2; exit 1');

    const refused = await machine.run(checks({ user: "ops" }));
    const root = await machine.run(checks({ user: "root" }));

    expect(refused.code).toBe(10);
    expect(refused.stderr).toContain("ops may not use Docker on this machine");
    expect(refused.stderr).toContain("permission denied. As root on this machine, run usermod -aG docker ops");
    expect(root.code, root.stderr).toBe(0);
  });

  it("check Rancher's container against its own limits", async () => {
    using machine = machineOf();

    const small = await machine.run(checks({ memory: "1g" }));
    const large = await machine.run(checks({ memory: "16g", cpus: 1 }));

    expect(small.stderr).toContain("Rancher would have 1073 MB of memory");
    expect(large.stderr).toContain("warning: docker.memory is 16g, and the engine has 8267 MB in total");
    expect(large.stderr).toContain("1 CPUs and 8267 MB of memory is enough for 5 clusters with 50 nodes");
  });

  it.each([
    ["", 0],
    ["unix:///var/run/docker.sock", 0],
    ["tcp://127.0.0.1:2375", 0],
    ["ssh://ops@192.0.2.20", 10],
    ["tcp://192.0.2.20:2376", 10],
  ])("recognise whether the engine at '%s' is this machine's", async (endpoint, code) => {
    using machine = machineOf({ endpoint });

    const here = await machine.run(checks({}));
    const overSsh = await machine.run(checks({ user: "root" }));

    expect([here.code, overSsh.code], here.stderr).toEqual([code, 0]);
    expect(here.stderr.includes(`docker on this machine connects to ${endpoint}. Use`)).toBe(code !== 0);
  });

  it.each([
    [2, 0],
    [2.5, 10],
    [8, 10],
  ])(
    "check %d CPUs of 2, with code %d: Docker would refuse them only after everything else is created",
    async (cpus, code) => {
      using machine = machineOf();

      const run = await machine.run(checks({ cpus }));

      expect(run.code, run.stderr).toBe(code);
      expect(run.stderr.includes(`docker.cpus is ${cpus}, and the engine has 2;`)).toBe(code !== 0);
    },
  );
});

it("accepts a machine sold with 4 GB", () => {
  expect(countsAs(4)).toBeLessThan(Math.floor((3.8 * GiB) / 1e6));
  expect(countsAs(4)).toBeGreaterThan(3500);
});
