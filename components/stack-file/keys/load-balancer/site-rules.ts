import type { Problem } from "../../../program/problem.ts";
import { checkCertificate } from "../../../tls/certificate-checks.ts";
import type { CertificateFinding } from "../../../tls/certificate-report.ts";
import { matchPrivateKeys } from "../../../tls/private-key-matches.ts";
import type { KeylessCertificate } from "../../../tls/private-key-matches.ts";
import type { ParsedNginx } from "./parsed-balancer.ts";
import { readCertificateKeys } from "../tls/certificate-source.ts";
import type { AnyParsed } from "../../reading/parsed-file.ts";
import type { CertificateSettings } from "../../settings.ts";
import type { CertificateContext } from "../tls/tls-rules.ts";

type Site = NonNullable<NonNullable<ParsedNginx["sites"]>[number]>;

export interface SitesReport {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Certificates of the sites, in their order; undefined if something is missing or cannot be read. */
  readonly certificates: readonly (CertificateSettings | undefined)[];
}

const secret = "rancher:sitePrivateKeys";

/** Checks beyond the schema of sites: unique names, and certificates that match them. */
export function checkSites(parsed: AnyParsed, context: CertificateContext): SitesReport {
  const sites = sitesOf(parsed);
  const reads = sites.map((site, index) => checkSite(site ?? {}, keyOf(index), context));
  return {
    problems: [
      ...repeated(sites, "name", "Every site needs its own name; choose another."),
      ...repeated(sites, "hostname", "nginx tells sites apart by it; choose another, or make them one site."),
      ...rancherItself(sites, parsed.hostname),
      ...sites.flatMap((site, index) => repeatedUpstreams(site?.upstreams ?? [], keyOf(index))),
      ...reads.flatMap(({ problems }) => problems),
      ...keyProblems(sites, reads, context.privateKey),
    ],
    warnings: reads.flatMap(({ warnings }) => warnings),
    certificates: reads.map(({ settings }) => settings),
  };
}

/** The sites behind nginx; none with another load balancer. */
export function sitesOf({ loadBalancer }: AnyParsed): readonly (Site | undefined)[] {
  return loadBalancer !== undefined && "sites" in loadBalancer ? (loadBalancer.sites ?? []) : [];
}

/** Whether the secret must contain a site's key, because its certificate is local. */
export function needsSiteKeys(parsed: AnyParsed): boolean {
  return sitesOf(parsed).some((site) => typeof site?.certificate === "string");
}

function keyOf(index: number): string {
  return `rancher:loadBalancer.sites[${index}]`;
}

interface SiteReport {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly settings?: CertificateSettings;
}

function checkSite(site: Site, key: string, { readFile, invalid, now }: CertificateContext): SiteReport {
  const { problems, pem, settings } = readCertificateKeys(site, { key, secret, readFile, invalid });
  const stackFileKeys = { hostname: `${key}.hostname`, privateKey: secret };
  const report = checkCertificate({ hostname: site.hostname, ...pem, now, forAgents: false, stackFileKeys });
  const asProblem = ({ about, message }: CertificateFinding) => ({ key: `${key}.${about}`, message });
  return {
    problems: [...problems, ...report.findings.map(asProblem)],
    warnings: report.warnings.map(asProblem),
    ...(settings === undefined ? {} : { settings }),
  };
}

function repeated(
  sites: readonly (Site | undefined)[],
  field: "name" | "hostname",
  remedy: string,
): readonly Problem[] {
  return sites.flatMap((site, index) => {
    const value = site?.[field];
    const first = sites.findIndex((other) => value !== undefined && other?.[field] === value);
    if (first < 0 || first === index) return [];
    const message = `is ${String(value)}, the ${field} ${keyOf(first)} has already. ${remedy}`;
    return [{ key: `${keyOf(index)}.${field}`, message }];
  });
}

function rancherItself(sites: readonly (Site | undefined)[], hostname: string | undefined): readonly Problem[] {
  const message = `is ${String(hostname)}, Rancher's own hostname. A site needs another name.`;
  return sites.flatMap((site, index) =>
    hostname !== undefined && site?.hostname === hostname ? [{ key: `${keyOf(index)}.hostname`, message }] : [],
  );
}

function repeatedUpstreams(upstreams: readonly (string | undefined)[], key: string): readonly Problem[] {
  return upstreams.flatMap((upstream, index) =>
    upstream !== undefined && upstreams.indexOf(upstream) !== index
      ? [{ key: `${key}.upstreams[${index}]`, message: `is ${upstream}, which is already in the list. Leave it out.` }]
      : [],
  );
}

/** Checks that the secret contains the sites' keys, if its text is known and every certificate could be read. */
function keyProblems(
  sites: readonly (Site | undefined)[],
  reads: readonly SiteReport[],
  text: string | undefined,
): readonly Problem[] {
  const given = reads.flatMap(({ settings }, index): KeylessCertificate[] => {
    if (settings?.from !== "stack") return [];
    return [{ name: String(index), key: `${keyOf(index)}.certificate`, chain: settings.chain }];
  });
  const wanted = sites.filter((site) => typeof site?.certificate === "string" || site?.certificate === undefined);
  if (text === undefined || text.trim() === "" || given.length === 0 || given.length < wanted.length) return [];
  return matchPrivateKeys(text, given).faults.map((message) => ({ key: secret, message }));
}
