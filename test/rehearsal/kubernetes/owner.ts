// A process started by a test, which owns a Kubernetes until it is killed.
import { startKubernetes } from "../../../rehearsal/kubernetes/kubernetes.ts";

const [folder] = process.argv.slice(2);
const kubernetes = await startKubernetes({
  folder: folder!,
  nodes: [{ name: "server-1", address: "192.0.2.11" }],
  progress: () => {},
});
process.stdout.write(`${JSON.stringify(kubernetes.processes)}\n`);
setInterval(() => {}, 1000);
