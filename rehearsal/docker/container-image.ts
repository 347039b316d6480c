import type { DockerEngine } from "./docker-engine.ts";

/** An image of one layer. */
export interface ContainerImage {
  /** Its root folder, a tar file. Images with the same buffer share the layer. */
  readonly rootTar: Buffer;
  readonly config: ImageConfig;
}

/** Default configuration of the image's containers. @see https://github.com/opencontainers/image-spec/blob/main/config.md */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  /** `NAME=value` */
  readonly Env?: readonly string[];
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
}

/** Roots that an engine has already. */
const bases = new WeakMap<DockerEngine, Map<Buffer, string>>();

/**
 * Loads an image into an engine under a name. Without a registry it has no repository digest. An existing name is moved
 * to the new image.
 */
export async function putImage(engine: DockerEngine, name: string, { rootTar, config }: ContainerImage): Promise<void> {
  const known = bases.get(engine) ?? new Map<Buffer, string>();
  bases.set(engine, known);
  const base = known.get(rootTar) ?? `rehearsal-root:${known.size + 1}`;
  if (!known.has(rootTar)) await engine.feedDocker(rootTar, "import", "-", base);
  known.set(rootTar, base);
  await engine.feedDocker(dockerfile(base, config), "build", "--quiet", "--tag", name, "-");
}

function dockerfile(base: string, { Entrypoint, Cmd, Env = [], Volumes = {}, WorkingDir }: ImageConfig): string {
  const lines = [
    `FROM ${base}`,
    // One line: each costs the engine a container.
    ...(Env.length > 0 ? [`ENV ${Env.map(assignment).join(" ")}`] : []),
    ...(Object.keys(Volumes).length > 0 ? [`VOLUME ${JSON.stringify(Object.keys(Volumes))}`] : []),
    ...(WorkingDir === undefined ? [] : [`WORKDIR ${WorkingDir}`]),
    ...(Entrypoint ? [`ENTRYPOINT ${JSON.stringify(Entrypoint)}`] : []),
    ...(Cmd ? [`CMD ${JSON.stringify(Cmd)}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function assignment(variable: string): string {
  return variable.replace(/^([^=]+)=(.*)$/s, (_, name, value) => `${name}=${JSON.stringify(value)}`);
}
