import { createHash } from "node:crypto";
import { compare } from "semver";

/** Facts about an nginx that its configuration depends on, known only on the host or in the image. */
export interface NginxBuild {
  /** `1.22.1` */
  readonly nginx: string;
  /** `3.0.17`: the version at run time, not at build time. */
  readonly openssl: string;
  readonly workerUser: string;
  /** Directive that loads the stream module; empty if it is built in. */
  readonly loadModules: string;
  /** DNS servers as the directive `resolver` takes them. */
  readonly resolvers: string;
}

/** A configuration with its values filled in. */
export interface NginxConfig {
  readonly text: string;
  /** Identifier of this text, which the running nginx reports on the probe's port. */
  readonly generation: string;
}

type Program = "nginx" | "openssl";
/** `nginx>=1.25.1`, `openssl<3.5.0`. */
export type Requirement = `${Program}${">=" | "<"}${number}.${number}.${number}`;

/** A directive for builds that meet all requirements. In the template it is a comment. */
export function when(requirements: readonly Requirement[], statement: string): string {
  return `#? ${requirements.join(" ")} ? ${statement}`;
}

const guarded = /^(\s*)#\? (.*?) \? (.*)$/;

/** Chooses the lines of a build and fills in its values. On the host, nginx-template.sh does the same. */
export function fillNginxTemplate(template: string, build: NginxBuild): NginxConfig {
  const chosen = template
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", requirements = "", statement = ""] = guarded.exec(line) ?? [];
      if (requirements === "") return [line];
      return requirements.split(" ").every((one) => holds(one, build)) ? [indent + statement] : [];
    })
    .join("\n")
    .replaceAll("@@workerUser@@", build.workerUser)
    .replaceAll("@@loadModules@@", build.loadModules)
    .replaceAll("@@resolvers@@", build.resolvers);
  const generation = createHash("sha256").update(chosen).digest("hex").slice(0, 16);
  return { text: chosen.replaceAll("@@generation@@", generation), generation };
}

function holds(requirement: string, build: NginxBuild): boolean {
  const [, program, operator, version = ""] = /^(nginx|openssl)(>=|<)(.*)$/.exec(requirement) ?? [];
  if (program !== "nginx" && program !== "openssl") throw new Error(`no such requirement: ${requirement}`);
  const order = compare(build[program], version);
  return operator === "<" ? order < 0 : order >= 0;
}
