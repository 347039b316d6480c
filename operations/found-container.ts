import { renderContainerSurvey } from "../components/docker/data-survey.ts";
import type { ScriptText } from "../components/host/script.ts";

/** A container somebody started by hand, as far as one may look into it. */
export interface FoundContainer {
  readonly container: string;
  readonly running: boolean;
  readonly image: string;
  /** Without the `v`; undefined where nothing says so. */
  readonly version: string | undefined;
  /** Where the data are: `volume NAME`, `bind PATH`, or `layer`: in the container itself. */
  readonly data: string;
  /** Kibibytes of data, where it runs. */
  readonly kib: number | undefined;
  /** `0.0.0.0:443 443/tcp` */
  readonly ports: readonly string[];
  readonly arguments: readonly string[];
  /** `bind /etc/rancher/ssl /etc/rancher/ssl`: kind, source, where it is inside. */
  readonly mounts: readonly string[];
  /** Names of variables the image does not set to the same value. Their values stay on the host. */
  readonly variables: readonly string[];
  readonly restart: string;
}

/**
 * Looks and changes nothing. A variable's value may be a secret, so only names leave the host; sorted, since an engine
 * tells them in another order each time a container is made.
 */
export function findContainerScript(container: string): ScriptText {
  const body = `${renderContainerSurvey(container)}
about "$name_asked" '{{range .Mounts}}{{println "mount" .Type (or .Name .Source) .Destination}}{{end}}' | sed -e '/^$/d'
docker image inspect -f '{{range .Config.Env}}{{json .}}{{println}}{{end}}' "$(about "$name_asked" '{{.Image}}')" 2>/dev/null | sed -e '/^$/d' >"$work/of-image" || true
about "$name_asked" '{{range .Config.Env}}{{json .}}{{println}}{{end}}' | sed -e '/^$/d' >"$work/of-container"
{ grep -v -x -F -f "$work/of-image" "$work/of-container" || true; } | sed -e 's/^"\\([^=]*\\)=.*/variable \\1/' | sort
`;
  return { name: "adopt", title: `looks at the container ${container}`, body, timeoutSeconds: 120 };
}

/** What that script printed. */
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
  };
}
