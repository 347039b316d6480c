import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectFolder } from "../../operations/stack/work-folder.ts";
import type { Host } from "../../rehearsal/sandbox/host.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { givenAway, needlesOf, secretsOfKubeconfig, type Needles } from "./support/canaries.ts";
import { filesSince, filesWith } from "./support/file-search.ts";
import { watchFiles, watchProcesses, type Watch } from "./support/process-watch.ts";
import { isRoot, rehearse, type Rehearsed } from "./support/rehearsed.ts";
import { stackText } from "./support/stack-text.ts";

/**
 * Files of a rehearsal that hold a secret by purpose, each readable for its owner only. In addition, the kubernetes
 * provider writes a kubeconfig for helm, and deletes it when helm ends.
 */
const byNature: readonly (readonly [path: RegExp, why: string])[] = [
  [/^user-key$/, "the key that opens the world's hosts, where a user would have ~/.ssh/id_ed25519"],
  [/^engine\/passphrase$/, "what opens the state"],
  [/^kubernetes\/etcd\//, "the cluster's own memory: Kubernetes keeps Secrets there"],
];

/** A rehearsal with every secret a stack can have, in which every part fails once. */
describe.skipIf(!isRoot)("no secret is seen", () => {
  const said: string[] = [];
  let mark: string;
  let processes: Watch;
  let temporaryFiles: Watch;
  let stack: Rehearsed;
  let needles: Needles;

  beforeAll(async () => {
    mark = join(mkdtempSync(join(tmpdir(), "secrets-test-")), "began");
    writeFileSync(mark, "");
    // Everything a rehearsal starts is checked, from its first process on.
    processes = await watchProcesses();
    stack = await rehearse({
      stackFile: stackText({
        balancers: ["lb-1"],
        servers: ["server-1"],
        keys: {
          tls: { source: "secret", certificate: "certificates/rancher.pem" },
          bootstrapPassword: { secure: "v1:sealed:by-somebody-else" },
        },
      }),
      hear: (line) => said.push(line),
    });
    temporaryFiles = await watchFiles(join(stack.folder, "tmp"));
    const { kubeconfig = "", ...secrets } = stack.overlaid.secrets;
    const passphrase = readFileSync(join(stack.folder, "engine", "passphrase"), "utf8");
    needles = needlesOf({ ...secrets, ...secretsOfKubeconfig(kubeconfig), passphrase });
    expect(Object.keys(secrets).sort()).toEqual(["bootstrapPassword", "sshPrivateKey", "tlsPrivateKey"]);
  });
  afterAll(async () => {
    await stack?.close();
    await clearLeftovers();
    await Promise.all([processes, temporaryFiles].map((watch) => watch?.end(new Map([["nothing", "nothing"]]))));
    rmSync(join(mark, ".."), { recursive: true, force: true });
  });

  const filesOf = ({ root }: Host) => ["run", "tmp", "dev/shm"].map((name) => join(root, name));
  const nothingInFiles = async () => {
    const found = await filesWith(needles, [stack.outerFolder, ...stack.hosts.flatMap(filesOf)]);
    const allowed = found.filter((path) => byNature.some(([pattern]) => pattern.test(relative(stack.folder, path))));
    expect(found.filter((path) => !allowed.includes(path))).toEqual([]);
    const names = allowed.map((path) => relative(stack.folder, path));
    expect(names).toEqual(expect.arrayContaining(["user-key", "engine/passphrase"]));
    for (const path of allowed) expect(`${path} ${(statSync(path).mode & 0o077).toString(8)}`).toBe(`${path} 0`);
  };

  it("unless it is planted: this test finds it in arguments, environment and files", async () => {
    const planted = needlesOf({ planted: "a-planted-canary/for+this=test" });
    const [host] = stack.hosts;
    const watches = [await watchProcesses(), await watchFiles(join(mark, ".."))];
    const file = join(mark, "..", "planted");
    const onHost = ["etc/planted", "run/planted"].map((path) => join(host!.root, path));

    writeFileSync(file, "x: YS1wbGFudGVkLWNhbmFyeS9mb3IrdGhpcz10ZXN0\n");
    for (const path of onHost) writeFileSync(path, '{"y":"a-planted-canary\\/for+this=test"}');
    const process = spawn("sh", ["-c", "sleep 60; :", "a-planted-canary/for+this=test"], {
      env: { PATH: "/usr/bin:/bin", PLANTED: "a-planted-canary/for+this=test" },
    });
    await Promise.all(watches.map((watch) => watch.look()));
    const places = [stack.outerFolder, ...filesOf(host!)];
    const found = await filesWith(planted, places);
    for (const path of [file, ...onHost]) rmSync(path);
    process.kill("SIGKILL");
    const watched = await Promise.all(watches.map((watch) => watch.end(planted)));
    const sights = watched.flatMap((watch) => watch.sights);

    expect(found.map((path) => relative(stack.outerFolder, path))).toHaveLength(2);
    expect(sights.map(({ where }) => where.replace(/ of .*/, "")).sort()).toEqual(
      expect.arrayContaining([
        "argv",
        "environment variable PLANTED",
        expect.stringMatching(/^file .*planted 644 in 700$/),
      ]),
    );
    expect(givenAway(JSON.stringify({ said: "a-planted-canary/for+this=test" }), planted)).toEqual(["planted"]);
  });

  it("when a balancer's port is in use", async () => {
    const [host] = stack.hosts;
    const listen =
      'use IO::Socket::INET; my $held = IO::Socket::INET->new(LocalPort => 80, Listen => 1) or die $!; print "$$\\n"; sleep 600';
    const [enter = "", ...words] = host!.enter;
    const holder = spawn(enter, [...words, "perl", "-e", `$| = 1; ${listen}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<string>((listening) =>
      holder.stdout.once("data", (data: Buffer) => listening(data.toString().trim())),
    );

    const up = await stack.up();
    await host!.exec(["kill", "-KILL", pid]);

    expect(up.code, up.text).not.toBe(0);
    expect(up.text).toContain(`port 80 is in use on this machine by perl (pid ${pid})`);
    await nothingInFiles();
  });

  it("when a chart rejects its values", async () => {
    stack.edit((config) => (config["rancher:chartValues"] = { auditLog: { enabled: true, level: 7 } }));

    const up = await stack.up();

    expect(up.code, up.text).not.toBe(0);
    expect(up.text).toMatch(/auditLog/);
    await nothingInFiles();
  });

  it("when everything succeeds, whatever command shows the stack", async () => {
    stack.edit((config) => delete config["rancher:chartValues"]);

    const up = await stack.up();
    expect(up.code, up.text).toBe(0);

    stack.edit((config) => (config["rancher:replicas"] = 2));
    const looks = [
      ["preview", "--diff"],
      ["stack", "output", "--json"],
      ["stack", "export"],
      ["stack", "history"],
      ["config"],
    ];
    for (const look of looks) {
      const { code, text } = await stack.pulumi(look);
      expect(code, text).toBe(0);
    }
    await nothingInFiles();
  });

  it("when everything is destroyed", async () => {
    const destroy = await stack.destroy();

    expect(destroy.code, destroy.text).toBe(0);
    await nothingInFiles();
    const history = join(stack.folder, "engine", "backend", ".pulumi", "history");
    const kept = readdirSync(history, { recursive: true }).map(String);
    expect(kept.filter((name) => name.endsWith(".checkpoint.json")).length).toBeGreaterThan(3);
  });

  it("in any output", () => {
    expect(said.length).toBeGreaterThan(100);
    expect(givenAway(said.join("\n"), needles)).toEqual([]);
    expect(givenAway(said.join(""), needles)).toEqual([]);
  });

  it("in the arguments and the environment of any process, except the engine's own Node program", async () => {
    const { rounds, texts, sights } = await processes.end(needles);

    expect(rounds).toBeGreaterThan(10);
    expect(texts).toBeGreaterThan(500);
    expect(sights.filter(({ where }) => !isProgramsConfiguration(where))).toEqual([]);
    expect(sights.filter(({ where }) => isProgramsConfiguration(where)).length).toBeGreaterThan(0);
  });

  it("in temporary files, except the kubeconfig for helm, which only its owner can read", async () => {
    const { rounds, sights } = await temporaryFiles.end(needles);

    expect(rounds).toBeGreaterThan(10);
    const kubeconfig = /^file \S*\/tmp\/pulumi-[\w-]+\/kubeconfig-[0-9a-f]+ 600 in 700$/;
    expect(sights.filter(({ where, secret }) => !kubeconfig.test(where) || !/client/.test(secret))).toEqual([]);
  });

  it("after the end: nothing of the rehearsal is left, and no file written meanwhile contains one", async () => {
    const { outerFolder } = stack;

    await stack.close();

    expect(existsSync(outerFolder)).toBe(false);
    const homes = [".pulumi", ".kube", ".ssh", ".cache/helm", ".cache/rancher"].map((name) => join(homedir(), name));
    const places = [tmpdir(), "/var/tmp", "/dev/shm", "/run", "/var/log", projectFolder, ...homes].filter(existsSync);
    const written = await filesSince(mark, places);
    expect(await filesWith(needles, written)).toEqual([]);
  });
});

/** Pulumi passes the configuration to the program this way, and there is no other. */
function isProgramsConfiguration(where: string): boolean {
  return /^environment variable PULUMI_CONFIG of \S*node \S*\/@pulumi\/pulumi\/cmd\/run\/index.js /.test(where);
}
