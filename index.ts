import * as pulumi from "@pulumi/pulumi";
import { toldByBalancer } from "./components/balancer-trust.ts";
import { checkCluster } from "./components/cluster-gate.ts";
import { describeProblems } from "./components/problem.ts";
import { refusal } from "./components/refusal.ts";
import { readStackInput } from "./components/settings.ts";
import { survey } from "./components/survey.ts";

const { settings, secrets } = readStackInput();

// Loading the providers' SDKs takes as long as the cluster takes to answer.
const [cluster, { HighAvailability }] = await Promise.all([
  lookAtCluster(),
  import("./components/high-availability.ts"),
]);
const findings = checkCluster(settings, cluster);
for (const warning of findings.warnings) await pulumi.log.warn(describeProblems([warning]));
if (findings.problems.length > 0) throw refusal(describeProblems(findings.problems));

const installation = new HighAvailability("rancher", { settings, secrets, cluster });

const url = `https://${settings.hostname}`;
const caCertificate = settings.tls.source === "secret" ? settings.tls.caCertificate : undefined;

/** Outputs of the stack. */
export default {
  url,
  mode: settings.mode,
  rancherVersion: installation.rancherVersion,
  kubernetesVersion: cluster.kubernetesVersion,
  loadBalancer: installation.loadBalancer,
  kubeconfig: secrets.kubeconfig,
  bootstrapPassword: installation.bootstrapPassword,
  ...(caCertificate !== undefined && { caCertificate }),
  nextSteps: installation.loadBalancer.apply((addresses) =>
    [
      `Let ${settings.hostname} lead to ${addresses.length > 0 ? addresses.join(", ") : "your load balancer"} in DNS.`,
      `Sign in at ${url} as admin; the first password: pulumi stack output bootstrapPassword --show-secrets`,
    ].join("\n"),
  ),
};

function lookAtCluster() {
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  return new Promise<Awaited<ReturnType<typeof survey>>>((resolve, reject) => {
    secrets.kubeconfig.apply((kubeconfig) =>
      survey(kubeconfig, stack, toldByBalancer(settings) !== undefined).then(resolve, (error: Error) =>
        reject(refusal(describeProblems([{ key: "rancher:kubeconfig", message: error.message }]))),
      ),
    );
  });
}
