import { renderContainerSurvey } from "../../components/docker/data/container-survey.ts";
import { hostConfigFields } from "./container-options.ts";
import type { ScriptText } from "../../components/host/script.ts";

/** A container that was started by hand. */
export interface FoundContainer {
  readonly container: string;
  readonly running: boolean;
  readonly image: string;
  /** Without the `v`; undefined if neither image nor container has a version. */
  readonly version: string | undefined;
  /** Where the data is: `volume NAME`, `bind PATH`, or `layer` for the container itself. */
  readonly data: string;
  /** Kibibytes of data, if the container runs. */
  readonly kib: number | undefined;
  /** `0.0.0.0:443 443/tcp` */
  readonly ports: readonly string[];
  readonly arguments: readonly string[];
  /** `bind /etc/rancher/ssl /etc/rancher/ssl`: kind, source, path inside. */
  readonly mounts: readonly string[];
  /** Names of variables whose value differs from the image's. The values stay on the host. */
  readonly variables: readonly string[];
  readonly restart: string;
  /** Started with `--rm`. */
  readonly removedWhenStopped: boolean;
  /** Variables whose value is a URL with credentials. */
  readonly withCredentials: readonly string[];
  /** Folder that `SSL_CERT_DIR` names. */
  readonly certificateFolder: string | undefined;
  /** Options of `docker run`, by their names in `docker inspect`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of labels that do not come from the image. */
  readonly labels: readonly string[];
}

/**
 * A script that reads a container and changes nothing. A variable's value may be a secret, so only names leave the
 * host.
 */
export function findContainerScript(container: string): ScriptText {
  const body = renderContainerSurvey(container, hostConfigFields);
  return { name: "adopt", title: `inspects the container ${container}`, body, timeoutSeconds: 120 };
}

function readOptions(printed: readonly string[], logOptions: readonly string[]): FoundContainer["options"] {
  const options = printed.map((line) => {
    const [, name = "", value = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
    return [name, JSON.parse(value) as unknown] as const;
  });
  return { ...Object.fromEntries(options), ...(logOptions.length > 0 && { LogOptions: logOptions }) };
}

/** Parses the script's output. */
export function readFoundContainer(printed: string): FoundContainer {
  const lines = printed.split("\n").map((line) => /^(\S+) ?(.*)$/.exec(line) ?? []);
  const all = (key: string) => lines.filter(([, name]) => name === key).map(([, , value = ""]) => value);
  const one = (key: string) => all(key).find((value) => value !== "");
  const kib = one("kib");
  return {
    container: one("container") ?? "",
    running: one("running") === "true",
    image: one("image") ?? "",
    version: one("version"),
    data: one("data") ?? "",
    kib: kib === undefined ? undefined : Number(kib),
    ports: all("port"),
    arguments: all("argument"),
    mounts: all("mount"),
    variables: all("variable"),
    restart: one("restart") ?? "no",
    removedWhenStopped: one("removed-when-stopped") === "true",
    withCredentials: all("with-credentials"),
    certificateFolder: one("certificate-folder"),
    options: readOptions(all("option"), all("log-option")),
    labels: all("label"),
  };
}
