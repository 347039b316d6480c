import { expect, it } from "vitest";
import { UserError } from "../../../operations/user-error.ts";
import {
  startBalancerContainers,
  type BalancerContainersOptions,
} from "../../../rehearsal/high-availability/balancer-containers.ts";

it("a rehearsal on hosts without a Docker engine reports why, and what can be rehearsed instead", async () => {
  const stderr = "E: Unable to locate package docker.io\n";
  const host = { name: "lb-1", exec: () => Promise.resolve({ code: 100, stdout: "", stderr }) };
  const sandbox = { subnet: { cidr: "198.18.0.0/24" } };
  const options = { sandbox, hosts: [host], closers: [] } as unknown as BalancerContainersOptions;

  const refused = startBalancerContainers(options);

  await expect(refused).rejects.toThrow(UserError);
  await expect(refused).rejects.toThrow(
    "rancher:loadBalancer.runAs is container, but the rehearsal's hosts cannot run a Docker engine on this machine: Docker cannot be installed on host lb-1: E: Unable to locate package docker.io. Rehearse with runAs: host, which serves the same configuration.",
  );
});
