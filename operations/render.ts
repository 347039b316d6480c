import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import pc from "picocolors";
import { HighAvailability } from "../components/high-availability.ts";
import { ingressListeners } from "../components/load-balancer/listener.ts";
import { debianNginx, renderNginxConfig } from "../components/load-balancer/nginx-config.ts";
import { describeProblems } from "../components/problem.ts";
import type { Secrets } from "../components/settings.ts";
import { readSettings, type Settings } from "../components/stack-file.ts";
import { assumedCluster } from "./assumed-cluster.ts";
import { readArguments, runCommand, UserError } from "./command-line.ts";
import { renderedFiles } from "./rendered-files.ts";
import { findStackFile, readStackYaml } from "./stack-yaml.ts";
import { synthesise } from "./synthesis.ts";

const usage = `npm run render -- <stack> --out DIR

Writes every artefact the stack would place: scripts of each host, the balancer's configuration, chart values, objects.
Needs no engine, no host and no network; secrets are shown as [secret], and the cluster is taken as empty.`;

await runCommand(async () => {
  const { positionals, values } = readArguments(usage, { out: { type: "string" } }, 1);
  if (values.out === undefined) throw new UserError(`where to? Give --out DIR\nusage: ${usage}`);
  const { stack, path } = findStackFile(positionals[0] ?? "");
  const source = readStackYaml(path, new Date());
  const read = readSettings(source);
  for (const warning of read.warnings) console.error(pc.yellow(describeProblems([warning])));
  if ("problems" in read) throw new UserError(describeProblems(read.problems));

  const { settings } = read;
  const secrets = sealedSecrets(source.sealed ?? []);
  const cluster = assumedCluster(settings);
  const { registrations } = await synthesise(() => new HighAvailability("rancher", { settings, secrets, cluster }), {
    stack,
  });
  const files = new Map([...renderedFiles(registrations), ...balancerFiles(settings)]);
  for (const [name, text] of files) {
    const file = resolve(values.out, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(join(values.out, name));
  }
  return 0;
});

/** The configuration inside the balancer's script, as a file of its own, for people who only want that. */
function balancerFiles({ loadBalancer, cluster }: Settings): [string, string][] {
  if (loadBalancer.kind !== "nginx") return [];
  const { text } = renderNginxConfig({ listeners: ingressListeners(cluster.servers), ...debianNginx });
  return loadBalancer.hosts.map(({ name }) => [`hosts/${name}/nginx.conf`, text]);
}

/** Present where the stack file has them, never read. */
function sealedSecrets(sealed: readonly string[]): Secrets {
  const secret = () => pulumi.secret("[secret]");
  return { kubeconfig: secret(), ...Object.fromEntries(sealed.map((key) => [key, secret()])) };
}
