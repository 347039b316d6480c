import * as pulumi from "@pulumi/pulumi";
import { checkCluster } from "./components/cluster-gate.ts";
import { HighAvailability } from "./components/high-availability.ts";
import { describeProblems } from "./components/problem.ts";
import { readStackInput } from "./components/settings.ts";
import { survey } from "./components/survey.ts";

const { settings, secrets } = readStackInput();

const cluster = await lookAtCluster();
const findings = checkCluster(settings, cluster);
for (const warning of findings.warnings) await pulumi.log.warn(describeProblems([warning]));
if (findings.problems.length > 0) throw new pulumi.RunError(describeProblems(findings.problems));

const installation = new HighAvailability("rancher", { settings, secrets, cluster });

export const url = `https://${settings.hostname}`;
export const mode = settings.mode;
export const rancherVersion = installation.rancherVersion;
export const kubernetesVersion = cluster.kubernetesVersion;
export const loadBalancer = installation.loadBalancer;
export const kubeconfig = secrets.kubeconfig;
export const bootstrapPassword = installation.bootstrapPassword;
export const caCertificate = settings.tls.source === "secret" ? settings.tls.caCertificate : undefined;
export const nextSteps = installation.loadBalancer.apply((addresses) =>
  [
    addresses.length > 0
      ? `Let ${settings.hostname} lead to ${addresses.join(", ")} in DNS.`
      : `Let ${settings.hostname} lead to your load balancer in DNS.`,
    `Sign in at ${url} as admin; the first password: pulumi stack output bootstrapPassword --show-secrets`,
  ].join("\n"),
);

function lookAtCluster() {
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  return new Promise<Awaited<ReturnType<typeof survey>>>((resolve, reject) => {
    secrets.kubeconfig.apply((kubeconfig) =>
      survey(kubeconfig, stack).then(resolve, (error: Error) =>
        reject(new pulumi.RunError(describeProblems([{ key: "rancher:kubeconfig", message: error.message }]))),
      ),
    );
  });
}
