import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { knownValues } from "../../../components/chart/known-values.ts";
import { unknownChartValues } from "../../../components/chart/unknown-values.ts";
import { chartsFolder } from "../../../rehearsal/charts/package-chart.ts";

const folder = join(chartsFolder, "rancher");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => /\.\w+$/.test(path));
const known = knownValues(new Map(files.map((path) => [path, readFileSync(join(folder, path), "utf8")])));
const unknown = (values: Record<string, unknown>) =>
  unknownChartValues({ title: "rancher 2.15.2", known }, values).map(({ key }) => key);

it("the fake Rancher chart accepts the values of the genuine one, so that a rehearsal refuses none of them", () => {
  const values = {
    antiAffinity: "required",
    auditLog: { enabled: true, level: 1, destination: "hostPath", maxAge: 1, image: { registry: "a" }, resources: {} },
    aggregationRegistrationTimeout: "5m",
    busyboxImage: "a",
    cacheSyncTimeout: "5m",
    certmanager: { version: "1.21.2" },
    customLogos: { enabled: true, volumeSubpaths: { emberUi: "a" }, volumeName: "b", storageClass: "c", size: "1Gi" },
    extraEnv: [{ name: "A", value: "b" }],
    extraNodeSelectorTerms: [],
    extraTolerations: [],
    features: "a=true",
    fleet: { a: 1 },
    gateway: { gatewayClass: { annotations: { a: "b" } } },
    hostPort: 1,
    ingress: { configurationSnippet: "a", extraAnnotations: { a: "b" } },
    livenessProbe: { initialDelaySeconds: 1 },
    noDefaultAdmin: true,
    noProxy: "a",
    postDelete: { image: { registry: "a" }, pullPolicy: "Always" },
    preUpgrade: { pullPolicy: "Always" },
    proxy: "http://a",
    rancherImage: "a",
    rancherNamespaces: { enabled: true, labels: { a: "b" } },
    service: { annotations: { a: "b" } },
    webhook: "a: 1",
  };

  expect(unknown(values)).toEqual([]);
});

it("the fake Rancher chart rejects unknown values", () => {
  expect(unknown({ audtLog: {}, auditLog: { levl: 1 } })).toEqual([
    "rancher:chartValues.audtLog",
    "rancher:chartValues.auditLog.levl",
  ]);
});
