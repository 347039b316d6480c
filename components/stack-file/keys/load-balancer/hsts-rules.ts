import type { Problem } from "../../../program/problem.ts";
import { nginxBalancer } from "./parsed-balancer.ts";
import type { AnyParsed } from "../../reading/parsed-file.ts";

/** Seconds in a year, the minimum for preloading. */
const year = 31_536_000;

/** Requirements for a hostname that browsers preload: https://hstspreload.org/#submission-requirements. */
export function hstsProblems(parsed: AnyParsed): readonly Problem[] {
  const hsts = nginxBalancer(parsed)?.nginx?.hsts;
  if (typeof hsts !== "object" || hsts.preload !== true) return [];
  const key = "rancher:loadBalancer.nginx.hsts";
  const problems: Problem[] = [];
  if (hsts.maxAge !== undefined && hsts.maxAge < year)
    problems.push({
      key: `${key}.maxAge`,
      message: `is ${hsts.maxAge}, but browsers preload only hostnames with ${year} seconds or more. Raise it, or leave preload out.`,
    });
  if (hsts.includeSubDomains === false)
    problems.push({
      key: `${key}.includeSubDomains`,
      message:
        "is false, but browsers preload only hostnames that include their subdomains. Leave it out, or leave preload out.",
    });
  return problems;
}
