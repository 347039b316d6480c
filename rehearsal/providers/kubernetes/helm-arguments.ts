import { defaultTimeoutSeconds, type ReleaseInputs } from "./release-inputs.ts";

/** `helm show chart`: the chart's metadata. */
export function showArguments(release: ReleaseInputs): string[] {
  return ["show", "chart", ...chartArguments(release)];
}

/** `helm install`, with the values on stdin and the finished release as JSON on stdout. */
export function installArguments(release: ReleaseInputs): string[] {
  return [
    "install",
    release.name,
    ...chartArguments(release),
    ...sharedArguments(release),
    ...flags({
      "--create-namespace": release.createNamespace,
      "--no-hooks": release.disableWebhooks,
      "--replace": release.replace,
      "--skip-crds": release.skipCrds,
    }),
  ];
}

/** `helm upgrade`, likewise. Like the genuine provider, it uses `disableCRDHooks` here instead of `disableWebhooks`. */
export function upgradeArguments(release: ReleaseInputs): string[] {
  return [
    "upgrade",
    release.name,
    ...chartArguments(release),
    ...sharedArguments(release),
    // helm's default is 10; the genuine provider's is no limit.
    "--history-max",
    String(release.maxHistory ?? 0),
    ...flags({
      "--cleanup-on-fail": release.cleanupOnFail,
      "--force": release.forceUpdate,
      "--no-hooks": release.disableCRDHooks,
      "--recreate-pods": release.recreatePods,
      "--reset-values": release.resetValues,
      "--reuse-values": release.reuseValues,
    }),
  ];
}

/** `helm uninstall`, hooks included. */
export function uninstallArguments(release: ReleaseInputs): string[] {
  const waits = release.atomic === true || release.skipAwait !== true;
  return [
    "uninstall",
    release.name,
    "--namespace",
    release.namespace,
    ...(waits ? ["--wait", ...timeout(release)] : []),
  ];
}

/** `helm status`: the newest revision of a release, whole. */
export function statusArguments(name: string, namespace: string): string[] {
  return ["status", name, "--namespace", namespace, "--output", "json"];
}

function chartArguments(release: ReleaseInputs): string[] {
  const { repo, caFile, certFile, keyFile } = release.repositoryOpts ?? {};
  const isOci = release.chart.startsWith("oci://");
  const isAddress = repo !== undefined && /^[a-z][a-z+.-]*:\/\//i.test(repo);
  const chart =
    repo !== undefined && !isOci && !isAddress && !release.chart.includes("/")
      ? `${repo}/${release.chart}`
      : release.chart;
  const version = release.version ?? (release.devel === true ? ">0.0.0-0" : undefined);
  return [
    chart,
    ...(isAddress && !isOci ? ["--repo", repo] : []),
    ...option("--version", version),
    ...option("--ca-file", caFile),
    ...option("--cert-file", certFile),
    ...option("--key-file", keyFile),
    ...option("--keyring", release.keyring),
    ...flags({ "--verify": release.verify }),
  ];
}

function sharedArguments(release: ReleaseInputs): string[] {
  const waits = release.skipAwait !== true;
  return [
    ...["--namespace", release.namespace, "--values", "-", "--output", "json"],
    ...timeout(release),
    ...option("--description", release.description),
    ...option("--post-renderer", release.postrender),
    ...flags({
      "--atomic": release.atomic,
      "--dependency-update": release.dependencyUpdate,
      "--disable-openapi-validation": release.disableOpenapiValidation,
      "--render-subchart-notes": release.renderSubchartNotes,
      "--wait": waits,
      "--wait-for-jobs": waits && release.waitForJobs === true,
    }),
  ];
}

function timeout(release: ReleaseInputs): string[] {
  return ["--timeout", `${release.timeout || defaultTimeoutSeconds}s`];
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value];
}

function flags(wanted: { readonly [flag: string]: boolean | undefined }): string[] {
  return Object.entries(wanted).flatMap(([flag, isWanted]) => (isWanted === true ? [flag] : []));
}
