import type { ModeSchema } from "../mode-schema.ts";
import { modeSchemas } from "../mode-schemas.ts";
import { nodesAt } from "./known-keys.ts";
import type { Path } from "./known-keys.ts";

/** Why a high-availability key does not apply to a single node, and what to use there. */
const clusterOnly: Readonly<Record<string, string>> = {
  cluster: "a single node brings its own Kubernetes inside Rancher's container",
  replicas: "a single node runs one Rancher",
  chartRepository: "on a single node Rancher comes as an image, rancher:docker.image, and not as a chart",
  certManager: "on a single node it is not needed: rancher:tls defines where the certificate comes from",
  chartValues:
    "a single node has no chart; its escape hatches are rancher:docker.arguments and rancher:docker.environment",
  kubeconfig: "a single node brings its own Kubernetes inside Rancher's container",
  "loadBalancer.hosts": "on a single node nginx runs on the Docker host, rancher:docker.host",
  "loadBalancer.upstreamPorts":
    "on a single node nginx finds Rancher by itself; rancher:docker.publish sets Rancher's own ports",
  "loadBalancer.proxyProtocol": "on a single node nothing between nginx and Rancher needs it",
  "loadBalancer.floatingAddress": "a single node has no second host for an address to move to",
};

/** The message for a key that only the other mode has, or `undefined`. */
export function keyOfOtherMode(path: Path, key: string, { mode }: ModeSchema): string | undefined {
  const other = modeSchemas[mode === "single-node" ? "high-availability" : "single-node"];
  const here = nodesAt([...path, key], modeSchemas[mode]).length > 0;
  if (here || nodesAt([...path, key], other).length === 0) return undefined;
  const name = [...path.filter((part) => typeof part === "string"), key].join(".");
  const why = mode === "single-node" && Object.hasOwn(clusterOnly, name) ? clusterOnly[name] : undefined;
  return `belongs to mode ${other.mode}${why === undefined ? "" : `: ${why}`}. Leave it out, or choose rancher:mode ${other.mode}.`;
}
