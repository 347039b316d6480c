import { execFile, spawn, type ChildProcess } from "node:child_process";
import { access, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const packages = ["openssh-server", "libwrap0"];
const startMs = 10_000;

/** A folder with a real sshd: this machine's, or one unpacked from Debian's package without installing it. */
export async function unpackSshd(): Promise<{ root: string; remove(): Promise<void> } | undefined> {
  const installed = await access("/usr/sbin/sshd").then(
    () => true,
    () => false,
  );
  if (installed) return { root: "/", remove: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), "sshd-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await run("apt-get", ["download", ...packages], { cwd: folder, timeout: 60_000 });
    for (const name of await readdir(folder)) {
      if (name.endsWith(".deb")) await run("dpkg", ["-x", join(folder, name), join(folder, "root")]);
    }
    return { root: join(folder, "root"), remove };
  } catch {
    await remove();
    return undefined;
  }
}

/** A real sshd on loopback, for the user who runs the test, and the key that it accepts. */
export interface SshServer {
  readonly port: number;
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA...` */
  readonly hostKey: string;
  readonly user: string;
  stop(): Promise<void>;
}

/**
 * Starts it in a separate mount namespace: sshd requires a user `sshd` and a folder `/run/sshd`, which this machine
 * may not have and does not get.
 */
export async function startSshd(root: string, extra: readonly string[] = []): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), "sshd-run-"));
  const file = (name: string) => join(folder, name);
  for (const key of ["host", "user"])
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file(key)]);
  await writeFile(file("authorized"), await readFile(file("user.pub")), { mode: 0o600 });
  const passwd = await readFile("/etc/passwd", "utf8");
  const privsep = /^sshd:/m.test(passwd) ? "" : "sshd:x:64999:65534::/run/sshd:/usr/sbin/nologin\n";
  await writeFile(file("passwd"), passwd + privsep);
  const port = await freePort();
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${file("host")}`,
    `AuthorizedKeysFile ${file("authorized")}`,
    ...["StrictModes no", "UsePAM no", "PasswordAuthentication no", "PidFile none", "MaxStartups 100", ...extra],
  ];
  await writeFile(file("config"), `${config.join("\n")}\n`);

  const script = [
    `mount --bind "$1/passwd" /etc/passwd`,
    `mount -t tmpfs tmpfs /run`,
    `mkdir -m 0755 /run/sshd`,
    `export LD_LIBRARY_PATH="$2/lib/x86_64-linux-gnu:$2/usr/lib/x86_64-linux-gnu:$2/lib/aarch64-linux-gnu"`,
    `exec "$2/usr/sbin/sshd" -D -e -f "$1/config"`,
  ].join(" && ");
  const sshd = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", "unshare", "--mount", "sh", "-c", script, "sshd", folder, root],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let output = "";
  sshd.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const until = Date.now() + startMs;
  while (!output.includes("Server listening")) {
    if (Date.now() > until || sshd.exitCode !== null) throw new Error(`sshd does not start: ${output}`);
    await sleep(20);
  }
  return {
    port,
    privateKey: await readFile(file("user"), "utf8"),
    hostKey: (await readFile(file("host.pub"), "utf8")).split(" ").slice(0, 2).join(" "),
    user: "root",
    stop: () => stop(sshd, folder),
  };
}

/** A port of loopback on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function stop(sshd: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => sshd.once("exit", resolve));
  if (sshd.exitCode === null && sshd.signalCode === null) {
    sshd.kill("SIGTERM");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}
