import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mustRun } from "./command.ts";
import type { Subnet } from "./subnet.ts";

/** The values that differ between hosts. */
export interface HostIdentity {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly port: number;
  readonly sudo: "free" | "password";
}

/**
 * Writes a host's own files into its layer before its first start: names, machine-id, resolver, SSH host key, sudo rule.
 * Returns the public host key, `ssh-ed25519 AAAA...`.
 */
export async function writeHostFiles(upper: string, subnet: Subnet, host: HostIdentity): Promise<string> {
  const write = async (path: string, text: string, mode = 0o644): Promise<void> => {
    await mkdir(dirname(join(upper, path)), { recursive: true, mode: 0o755 });
    await writeFile(join(upper, path), text, { mode });
  };
  await write("etc/hostname", `${host.name}\n`);
  await write("etc/hosts", `127.0.0.1 localhost\n${host.address} ${host.name}\n`);
  await write("etc/machine-id", `${randomBytes(16).toString("hex")}\n`, 0o444);
  await write("etc/resolv.conf", `nameserver ${subnet.resolver}\n`);
  await write("etc/ssh/sshd_config.d/rehearsal.conf", `Port ${host.port}\nHostKey /etc/ssh/ssh_host_ed25519_key\n`);
  if (host.user !== "root") {
    // sudo reads sudoers.d in order, and the last matching rule wins.
    const rule = host.sudo === "free" ? "NOPASSWD: ALL" : "PASSWD: ALL";
    await write("etc/sudoers.d/rehearsal", `${host.user} ALL=(ALL:ALL) ${rule}\n`, 0o440);
  }
  const key = join(upper, "etc/ssh/ssh_host_ed25519_key");
  await mustRun(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host.name, "-f", key]);
  return (await readFile(`${key}.pub`, "utf8")).trim().split(" ").slice(0, 2).join(" ");
}
