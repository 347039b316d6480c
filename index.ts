import * as pulumi from "@pulumi/pulumi";
import { checkChartValues, type ChartFindings } from "./components/chart/chart-check.ts";
import { clientAddressSourceOf } from "./components/balancer-trust.ts";
import { checkCluster } from "./components/cluster-gate.ts";
import { checkUpgrade } from "./components/compatibility.ts";
import { versionOfLastRun } from "./components/last-run.ts";
import { nextSteps, urlOf } from "./components/next-steps.ts";
import { describeProblems, type Problem } from "./components/problem.ts";
import { refusal } from "./components/refusal.ts";
import { proxyFor, readStackInput, type StackInput } from "./components/stack-input.ts";
import { survey } from "./components/survey.ts";

type InputOf<Mode> = Extract<StackInput, { readonly mode: Mode }>;

const input = readStackInput();

/** Outputs of the stack. */
export default input.mode === "single-node" ? await singleNode(input) : await highAvailability(input);

async function highAvailability({ mode, settings, secrets }: InputOf<"high-availability">) {
  // Loading the providers' SDKs takes as long as the cluster takes to answer.
  const [cluster, chart, { HighAvailability }] = await Promise.all([
    surveyCluster({ mode, settings, secrets }),
    checkChart({ mode, settings, secrets }),
    import("./components/high-availability.ts"),
  ]);
  const findings = checkCluster(settings, cluster, { stack: stackName(), today: new Date() });
  for (const warning of [...findings.warnings, ...chart.warnings]) await pulumi.log.warn(describeProblems([warning]));
  refuse([...findings.problems, ...chart.problems]);

  const installation = new HighAvailability("rancher", { settings, secrets, cluster });
  const caCertificate = settings.tls.source === "secret" ? settings.tls.caCertificate : undefined;
  return {
    url: urlOf(settings),
    mode,
    rancherVersion: installation.rancherVersion,
    kubernetesVersion: cluster.kubernetesVersion,
    loadBalancer: installation.loadBalancer,
    kubeconfig: secrets.kubeconfig,
    bootstrapPassword: installation.bootstrapPassword,
    ...(caCertificate !== undefined && { caCertificate }),
    nextSteps: installation.loadBalancer.apply((addresses) => nextSteps(settings, addresses)),
  };
}

async function singleNode({ mode, settings, secrets, ...engine }: InputOf<"single-node">) {
  const [installed, { SingleNode }] = await Promise.all([versionOfLastRun(), import("./components/single-node.ts")]);
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

function surveyCluster({ settings, secrets }: InputOf<"high-availability">) {
  const stack = stackName();
  return new Promise<Awaited<ReturnType<typeof survey>>>((resolve, reject) => {
    secrets.kubeconfig.apply((kubeconfig) =>
      survey(kubeconfig, stack, clientAddressSourceOf(settings) !== undefined, settings.hostname).then(
        resolve,
        (error: Error) => reject(refusal(describeProblems([{ key: "rancher:kubeconfig", message: error.message }]))),
      ),
    );
  });
}

function checkChart({ settings, secrets }: InputOf<"high-availability">) {
  const credentials = pulumi.output<string | undefined>(secrets.chartRepositoryCredentials);
  return new Promise<ChartFindings>((resolve, reject) => {
    credentials.apply((text) => checkChartValues(settings, text, proxyFor).then(resolve, reject));
  });
}
