import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { ContainerImage } from "./container-image.ts";
import { imageRoot } from "./image-root.ts";
import type { Fault } from "./rancher-image/faults.ts";

export interface RancherImageOptions {
  /** `2.15.2` */
  readonly version: string;
  /** @default none */
  readonly fault?: Fault;
  /** Delay before the server answers, in seconds. It follows any migration. @default 2 */
  readonly startSeconds?: number;
}

/** Programs of the genuine image that scripts use: a shell, tar, gzip, curl. */
const programs = [
  ...["bash", "cat", "chmod", "chown", "cp", "curl", "cut", "date", "dd", "df", "du", "echo", "env", "find", "grep"],
  ...[
    "gzip",
    "head",
    "hostname",
    "id",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "printf",
    "pwd",
    "readlink",
    "rm",
    "rmdir",
  ],
  ...["sed", "sha256sum", "sleep", "sort", "stat", "sync", "tail", "tar", "test", "touch", "tr", "true", "false"],
  ...["uname", "wc", "xargs"],
];

const sources = join(import.meta.dirname, "rancher-image");

/** Volumes and variables of the genuine image. @see https://github.com/rancher/rancher/blob/main/package/Dockerfile */
const volumes = ["/var/lib/rancher", "/var/lib/kubelet", "/var/lib/cni", "/var/log"];
const environment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  AUDIT_LOG_PATH: "/var/log/auditlog/rancher-api-audit.log",
  AUDIT_LOG_MAXAGE: "10",
  AUDIT_LOG_MAXBACKUP: "10",
  AUDIT_LOG_MAXSIZE: "100",
  AUDIT_LEVEL: "0",
  SSL_CERT_DIR: "/etc/rancher/ssl",
};

let root: Promise<Buffer> | undefined;

/**
 * Builds an image of a fake Rancher without Kubernetes. In everything that an installation uses, it is like the genuine
 * image. All versions and faults share one root.
 */
export async function rancherImage({ version, fault, startSeconds }: RancherImageOptions): Promise<ContainerImage> {
  const variables = {
    ...environment,
    CATTLE_SERVER_VERSION: `v${version}`,
    CATTLE_AGENT_IMAGE: `rancher/rancher-agent:v${version}`,
    ...(fault && { REHEARSAL_RANCHER: fault }),
    ...(startSeconds !== undefined && { REHEARSAL_START_SECONDS: String(startSeconds) }),
  };
  return {
    rootTar: await (root ??= makeRoot()),
    config: {
      Entrypoint: ["entrypoint.sh"],
      Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      Volumes: Object.fromEntries(volumes.map((path) => [path, {}])),
      WorkingDir: "/var/lib/rancher",
    },
  };
}

async function makeRoot(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "rancher-image-"));
  try {
    const file = async (path: string, mode: number) => ({ content: await readFile(path), mode });
    const text = (content: string) => ({ content, mode: 0o644 });
    return await imageRoot({
      folder,
      programs: [process.execPath, ...programs],
      files: {
        "/usr/bin/sh": await file("/bin/sh", 0o755),
        "/usr/bin/entrypoint.sh": await file(join(sources, "entrypoint.sh"), 0o755),
        "/usr/share/rancher/server.mjs": await file(await bundle(folder), 0o644),
        "/etc/passwd": text("root:x:0:0:root:/root:/bin/bash\n"),
        "/etc/group": text("root:x:0:\n"),
        // Docker copies this to a new named volume, but not to a bind mount.
        "/var/lib/rancher/k3s/agent/images/k3s-airgap-images.tar": text("fake\n"),
      },
      folders: ["/etc/rancher/ssl", "/var/lib/cni", "/var/lib/kubelet", "/var/log/auditlog"],
    });
  } catch (error) {
    root = undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bundles the server into a single file. */
async function bundle(folder: string): Promise<string> {
  const outfile = join(folder, "server.mjs");
  await build({
    entryPoints: [join(sources, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // Bundled CommonJS packages call require() for Node's built-in modules.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
  return outfile;
}
