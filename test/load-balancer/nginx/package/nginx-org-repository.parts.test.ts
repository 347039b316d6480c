import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nginxOrgFiles } from "../../../../components/load-balancer/nginx/package/nginx-org-repository.ts";
import { createSandbox, type Sandbox } from "../../../../rehearsal/sandbox/sandbox.ts";
import { ScriptedHost } from "../../../rehearsal/support/scripted-host.ts";
import { shell } from "../../../support/scripts/shell.ts";

const architecture = arch() === "x64" ? "amd64" : arch();
/** A list with one package, which is never installed. */
const list = `Package: nginx
Version: 99
Architecture: ${architecture}
Maintainer: nobody
Filename: nginx.deb
Size: 1
SHA256: ${"0".repeat(64)}
Description: of a test
`;
const release = (date: string) => `Origin: nginx
Codename: bookworm
Date: ${date}
Architectures: ${architecture}
Components: nginx
SHA256:
 ${createHash("sha256").update(list).digest("hex")} ${list.length} nginx/binary-${architecture}/Packages
`;

const available = process.getuid?.() === 0 && spawnSync("gpg", ["--version"]).status === 0;

describe.skipIf(!available)("nginx.org's repository, with a real apt", () => {
  const folder = mkdtempSync(join(tmpdir(), "nginx-org-"));
  const keyring = join(folder, "keys");
  const gpg = (args: readonly string[], input = "") =>
    execFileSync("gpg", ["--homedir", keyring, "--batch", "--quiet", "--passphrase", "", ...args], { input });
  const files = new Map<string, Buffer | string>();
  let sandbox: Sandbox;
  let machine: ScriptedHost;
  let server: Server;
  let known: string;

  beforeAll(async () => {
    mkdirSync(keyring, { mode: 0o700 });
    for (const name of ["known", "stranger"]) gpg(["--quick-generate-key", name, "ed25519", "sign", "never"]);
    known = /^fpr:+(\w+):/m.exec(gpg(["--list-keys", "--with-colons", "known"]).toString())?.[1] ?? "";
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 }));
    server = createServer((asked, answer) => {
      if (files.size === 0) return void asked.destroy();
      const file = files.get(asked.url ?? "");
      answer.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await new Promise<void>((done) => server.listen(0, sandbox.subnet.machine, done));
    // The download contains both keys, because a changed file of nginx.org might contain more than the known ones.
    files.set("/keys/nginx_signing.key", gpg(["--armor", "--export"]));
    files.set(`/packages/debian/dists/bookworm/nginx/binary-${architecture}/Packages`, list);
  });
  afterAll(async () => {
    server.close();
    await sandbox.close();
    spawnSync("gpgconf", ["--homedir", keyring, "--kill", "all"]);
    rmSync(folder, { recursive: true });
  });

  const sign = (by: string) =>
    files.set(
      "/packages/debian/dists/bookworm/InRelease",
      gpg(["--clearsign", "--local-user", by], release(new Date().toUTCString())),
    );
  /** The product's script, with this test's server and the first of its keys. */
  const add = () => {
    const origin = `${sandbox.subnet.machine}:${(server.address() as AddressInfo).port}`;
    const edit = (text: string) =>
      text
        .replaceAll("https://nginx.org", `http://${origin}`)
        .replace("origin nginx.org", `origin ${sandbox.subnet.machine}`)
        .replace(/(?<=signing_keys=")\w{40}/, known);
    const direct = `echo 'Acquire::http::Proxy::${sandbox.subnet.machine} "DIRECT";' >/etc/apt/apt.conf.d/99-direct`;
    const commands = [direct, "detect_system", "add_nginx_org", "refresh_packages", "check_nginx_org", ""];
    return machine.run("nginx", shell(commands.join("\n"), nginxOrgFiles), { edit });
  };

  it("is not trusted with a signature by an unknown key from the download", async () => {
    sign("stranger");

    const end = await add();

    expect([end.code, end.stderr]).toEqual([20, expect.stringContaining("GPG error")]);
    expect(await machine.look("apt-cache", "policy", "nginx")).not.toContain("Candidate: 99");
  });

  it("does not fall back to another nginx if it cannot be reached", async () => {
    const all = [...files];
    files.clear();

    const end = await add();

    for (const [path, file] of all) files.set(path, file);
    expect([end.code, end.stderr]).toEqual([20, expect.stringContaining("apt has no nginx from")]);
  });

  it("is trusted with a signature by a known key, takes precedence over the distribution's, and is removed again", async () => {
    sign("known");

    const end = await add();
    const policy = await machine.look("apt-cache", "policy", "nginx");
    await machine.run(
      "nginx",
      shell(`rm -f /etc/apt/apt.conf.d/99-direct ${Object.values(nginxOrgFiles).join(" ")}\n`),
    );

    expect(end.code, end.stderr).toBe(0);
    expect(policy).toContain("Candidate: 99");
    // The state folder is deleted with the script that created it, which is not run here.
    expect((await machine.changes()).filter((change) => !change.includes(" /var/lib/rancher-stack"))).toEqual([]);
  });
});
