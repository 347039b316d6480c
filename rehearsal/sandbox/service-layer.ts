import { chmod, cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

/** A small replacement of systemd on a host: systemctl, journalctl and the start of the services. */
const files = join(import.meta.dirname, "root");

const programs = ["usr/bin/systemctl", "usr/bin/journalctl", "usr/lib/small-systemctl/boot"];

/** Fills a layer with these programs, and enables sshd. It is a separate layer, so that changes do not rebuild the root. */
export async function fillServiceLayer(layer: string): Promise<void> {
  await mkdir(layer, { recursive: true, mode: 0o755 });
  await cp(files, layer, { recursive: true });
  for (const program of programs) await chmod(join(layer, program), 0o755);
  const wanted = join(layer, "etc/systemd/system/multi-user.target.wants");
  await mkdir(wanted, { recursive: true });
  // invoke-rc.d(8) starts nothing on a system without an init.
  await mkdir(join(layer, "usr/sbin"), { recursive: true });
  await symlink("/usr/bin/tini", join(layer, "usr/sbin/init"));
  await symlink("/lib/systemd/system/ssh.service", join(wanted, "ssh.service"));
}
