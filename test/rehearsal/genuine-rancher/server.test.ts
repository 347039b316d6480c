import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { startRancherServer, type RancherServer } from "../../../rehearsal/genuine-rancher/server.ts";
import { isAlive } from "../kubernetes/is-alive.ts";
import { makeExecutable } from "../support/fake-rancher.ts";

let folder: string;
let server: RancherServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rancher-server-"));
});
afterEach(async () => {
  await server?.kill();
  await rm(folder, { recursive: true });
});

const start = async (script: string, timeout = 10_000) => {
  server = await startRancherServer({
    binary: makeExecutable(folder, script),
    folder: path.join(folder, "home"),
    kubeconfig: "the kubeconfig",
    toolFolders: ["/tools/helm", "/tools/kubectl"],
    timeout,
  });
  return server;
};
/** Responds with `body` on the port that follows --http-listen-port. */
const answerWith = (body: string) =>
  `exec '${process.execPath}' -e '
    const port = process.argv[process.argv.indexOf("--http-listen-port") + 1];
    require("http").createServer((request, response) => response.end("${body}")).listen(port, "127.0.0.1");
  ' -- "$@"`;

it("is ready once /ping responds, and is ended for good", async () => {
  const { answering, pid, port, ended } = await start(answerWith("pong"));

  await answering;

  expect(await (await fetch(`http://127.0.0.1:${port}/ping`)).text()).toBe("pong");
  await server?.kill();
  expect((await ended).message).toContain("the Rancher server was ended by SIGKILL");
  expect(isAlive(pid)).toBe(false);
});

it("passes the server its arguments, its own folder, the tools, and nothing of our environment", async () => {
  vi.stubEnv("REHEARSAL_CANARY", "do-not-pass-on");
  const { answering, logFile } = await start('echo "$@"; pwd; env; cat "$2"; exit 0');

  await expect(answering).rejects.toThrow("the Rancher server ended with exit code 0");

  const log = await readFile(logFile, "utf8");
  expect(log).toMatch(/^--kubeconfig \S+ --k8s-mode external --http-listen-port \d+ --https-listen-port \d+ /);
  expect(log).toContain(" --features fleet=false,turtles=false,embedded-cluster-api=false\n");
  expect(log).toContain(`\n${folder}/home\n`);
  expect(log).toContain("\nPATH=/tools/helm:/tools/kubectl:");
  expect(log).toContain("\nCATTLE_DEV_MODE=true\n");
  expect(log).toContain("the kubeconfig");
  expect(log).not.toMatch(/do-not-pass-on|PASSWORD/);
  for (const file of [logFile, path.join(folder, "home", "kubeconfig")]) {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  }
  vi.unstubAllEnvs();
});

it("reports how a server ended that never responded, with its last lines", async () => {
  const { answering } = await start('echo "[INFO] starting"; echo "[FATAL] no such cluster" >&2; exit 1');

  await expect(answering).rejects.toThrow(
    /the Rancher server ended with exit code 1\. Its last lines \(.*rancher\.log\):\n {2}\[INFO\] starting\n {2}\[FATAL\] no such cluster/,
  );
});

it.each([
  ["does not listen", "exec sleep 60"],
  ["returns another response", answerWith("not found")],
])("gives up on a server that %s", async (_, script) => {
  const { answering } = await start(script, 1500);

  await expect(answering).rejects.toThrow(
    `the Rancher server does not answer /ping after 1.5 s. See ${folder}/home/rancher.log.`,
  );
});
