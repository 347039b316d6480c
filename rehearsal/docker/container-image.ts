import type { DockerEngine } from "./docker-engine.ts";

/** An image of one layer. */
export interface ContainerImage {
  /** Its root folder, a tar file. Images with the same buffer share it wherever they are kept. */
  readonly rootTar: Buffer;
  readonly config: ImageConfig;
}

/** What a container of the image is like unless told otherwise. @see https://github.com/opencontainers/image-spec/blob/main/config.md */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  /** `NAME=value` */
  readonly Env?: readonly string[];
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
}

/** Roots an engine has, by their bytes. */
const bases = new WeakMap<DockerEngine, Map<Buffer, string>>();

/**
 * Gives an engine an image under a name, without a registry: so it has no digest of a registry's. A name it has already
 * leads to the new image from then on.
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
