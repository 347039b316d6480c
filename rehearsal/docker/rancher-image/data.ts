import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from "node:crypto";
import { existsSync, lchownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { compare } from "semver";
import { createCertificateAuthority, type KeyPair } from "../../kubernetes/certificate-authority.ts";
import { Store } from "./store.ts";

/** The stored data of the fake server. */
export interface RancherData {
  /** Version of the server that last wrote it: `v2.15.2`. */
  readonly version: string;
  readonly installUuid: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The password of `admin`. */
  readonly password: { readonly salt: string; readonly hash: string };
  readonly tokens: readonly string[];
  /** `v2.14.3 to v2.15.2`, oldest first. */
  readonly migrations: readonly string[];
  readonly authority: KeyPair;
  /** Number of starts. */
  readonly starts: number;
  /** Incremented while the server runs, because a genuine one constantly writes something. */
  readonly beats: number;
}

export interface OpenedData {
  readonly store: Store<RancherData>;
  readonly data: RancherData;
  /** The version from which the data was just migrated. */
  readonly migratedFrom?: string;
  /** Generated because none was given; to be logged once. */
  readonly toldPassword?: string;
}

/**
 * Opens the data in the folder, or creates it at the first start.
 *
 * @throws if a newer server has written it
 */
export async function openData(
  folder: string,
  version: string,
  bootstrapPassword: string | undefined,
): Promise<OpenedData> {
  const store = new Store<RancherData>(join(folder, "k3s/server/db/etcd"));
  const before = store.state;
  if (before === undefined) {
    prepare(folder);
    const password = bootstrapPassword ?? randomBytes(20).toString("hex");
    const { certificate, key } = await createCertificateAuthority("dynamiclistener-ca");
    const data: RancherData = {
      version,
      installUuid: randomUUID(),
      settings: { "server-version": version, "first-login": "true" },
      password: hashed(password),
      tokens: [],
      migrations: [],
      authority: { certificate, key },
      starts: 1,
      beats: 0,
    };
    store.keep(data);
    return { store, data, ...(bootstrapPassword === undefined && { toldPassword: password }) };
  }
  const order = compare(version, before.version);
  if (order < 0) throw new Error(`the data was written by ${before.version}; ${version} cannot read it`);
  const data: RancherData = {
    ...before,
    version,
    settings: { ...before.settings, "server-version": version },
    migrations: order === 0 ? before.migrations : [...before.migrations, `${before.version} to ${version}`],
    starts: before.starts + 1,
  };
  store.keep(data);
  return { store, data, ...(order > 0 && { migratedFrom: before.version }) };
}

export function isPassword({ password }: RancherData, tried: string): boolean {
  return timingSafeEqual(Buffer.from(hashed(tried, password.salt).hash), Buffer.from(password.hash));
}

function hashed(password: string, salt: string = randomBytes(16).toString("hex")): RancherData["password"] {
  return { salt, hash: scryptSync(password, salt, 32).toString("hex") };
}

/** Creates what makes the genuine server's folder harder to copy than plain files: a link, a socket, other owners. */
function prepare(folder: string): void {
  mkdirSync(join(folder, "k3s/agent/containerd"), { recursive: true, mode: 0o700 });
  mkdirSync(join(folder, "k3s/data/0f1e"), { recursive: true, mode: 0o755 });
  mkdirSync(join(folder, "management-state/tls"), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "management-state/tls/a name with spaces"), "kept\n", { mode: 0o640 });
  lchownSync(join(folder, "management-state/tls/a name with spaces"), 1000, 1000);
  const current = join(folder, "k3s/data/current");
  if (!existsSync(current)) symlinkSync("/var/lib/rancher/k3s/data/0f1e", current);
  const socket = join(folder, "k3s/agent/containerd/containerd.sock");
  rmSync(socket, { force: true });
  createServer().listen(socket).unref();
}
