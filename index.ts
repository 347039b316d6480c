import * as pulumi from "@pulumi/pulumi";
import { checkChartValues } from "./components/chart/chart-check.ts";
import { checkCluster } from "./components/cluster/cluster-gate.ts";
import { existingCluster } from "./components/cluster/existing/existing-cluster.ts";
import { checkUpgrade } from "./components/program/compatibility.ts";
import { readKnown } from "./components/program/known-output.ts";
import { versionOfLastRun } from "./components/program/last-run.ts";
import { nextSteps, urlOf } from "./components/program/next-steps.ts";
import { describeProblems, type Problem } from "./components/program/problem.ts";
import { refusal } from "./components/program/refusal.ts";
import type { HighAvailabilitySettings } from "./components/stack-file/settings.ts";
import { proxyFor, readStackInput, type Secrets, type StackInput } from "./components/program/stack-input.ts";

type InputOf<Mode> = Extract<StackInput, { readonly mode: Mode }>;

const input = readStackInput();

/** Outputs of the stack. */
export default input.mode === "single-node" ? await singleNode(input) : await highAvailability(input);

async function highAvailability({ mode, settings, secrets, kubeconfig }: InputOf<"high-availability">) {
  // Loading the providers' SDKs takes as long as the cluster takes to answer.
  const [cluster, chart, { HighAvailability }] = await Promise.all([
    existingCluster(settings, kubeconfig, stackName()).catch(refuseKubeconfig),
    lookAtChart(settings, secrets),
    import("./components/recipes/high-availability.ts"),
  ]);
  const findings = checkCluster(settings, cluster.facts, { stack: stackName(), today: new Date() });
  for (const warning of [...findings.warnings, ...chart.warnings]) await pulumi.log.warn(describeProblems([warning]));
  refuse([...findings.problems, ...chart.problems]);

  const installation = new HighAvailability("rancher", { settings, secrets, cluster });
  const caCertificate = settings.tls.source === "secret" ? settings.tls.caCertificate : undefined;
  return {
    url: urlOf(settings),
    mode,
    rancherVersion: installation.rancherVersion,
    kubernetesVersion: cluster.facts.kubernetesVersion,
    loadBalancer: installation.loadBalancer,
    kubeconfig,
    bootstrapPassword: installation.bootstrapPassword,
    ...(caCertificate !== undefined && { caCertificate }),
    nextSteps: installation.loadBalancer.apply((addresses) => nextSteps(settings, addresses)),
  };
}

async function singleNode({ mode, settings, secrets, ...engine }: InputOf<"single-node">) {
  const [installed, { SingleNode }] = await Promise.all([
    versionOfLastRun(),
    import("./components/recipes/single-node.ts"),
  ]);
  refuse(checkUpgrade(settings.version, installed, settings.docker.restore !== undefined, settings.docker));

  const installation = new SingleNode("rancher", { settings, secrets, ...engine });
  const { caCertificate } = installation;
  return {
    url: urlOf(settings),
    mode,
    rancherVersion: installation.rancherVersion,
    image: installation.image,
    loadBalancer: installation.loadBalancer,
    bootstrapPassword: installation.bootstrapPassword,
    ...(caCertificate !== undefined && { caCertificate }),
    nextSteps: pulumi
      .all([installation.loadBalancer, installation.dataKept])
      .apply(([addresses, dataKept]) => nextSteps(settings, addresses, dataKept)),
  };
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw refusal(describeProblems(problems));
}

/** `<project>/<stack>` */
function stackName(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

function refuseKubeconfig({ message }: Error): never {
  throw refusal(describeProblems([{ key: "rancher:kubeconfig", message }]));
}

function lookAtChart(settings: HighAvailabilitySettings, secrets: Secrets) {
  const credentials = pulumi.output<string | undefined>(secrets.chartRepositoryCredentials);
  return readKnown(credentials, (text) => checkChartValues(settings, text, proxyFor));
}
