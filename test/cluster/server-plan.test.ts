import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  planServers,
  type InstalledServer,
  type Server,
  type ServerPlan,
  type WantedServers,
} from "../../components/cluster/server-plan.ts";
import { describeProblems } from "../../components/program/problem.ts";

const version = "v1.36.5+k3s1";
const server = (number: number): Server => ({ name: `server-${number}`, address: `192.0.2.${number}` });
const want = (numbers: readonly number[], overrides: Partial<WantedServers> = {}): WantedServers => ({
  servers: numbers.map(server),
  version,
  datastore: "embedded",
  ...overrides,
});
const have = (numbers: readonly number[], of = version): InstalledServer[] =>
  numbers.map((number) => ({ ...server(number), version: of }));
const stepsOf = ({ steps }: ServerPlan) =>
  steps.map((step) => (step.kind === "snapshot" ? step.kind : `${step.kind} ${step.server.name}`));
const problemsOf = (wanted: WantedServers, installed: readonly InstalledServer[]) =>
  describeProblems(planServers(wanted, installed).problems);

describe("the plan of a cluster's servers", () => {
  it.each<[string, WantedServers, InstalledServer[], string[]]>([
    ["a new cluster", want([1, 2, 3]), [], ["create server-1", "join server-2", "join server-3"]],
    ["no change", want([1, 2, 3]), have([1, 2, 3]), []],
    ["another order", want([3, 1, 2]), have([1, 2, 3]), []],
    ["more servers", want([1, 2, 3]), have([1]), ["join server-2", "join server-3"]],
    ["the first server replaced", want([4, 2, 3]), have([1, 2, 3]), ["leave server-1", "join server-4"]],
    ["one server fewer, on the way from 3 to 1", want([1, 2]), have([1, 2, 3]), ["leave server-3"]],
    ["no change halfway to fewer servers", want([1, 2]), have([1, 2]), []],
    ["two servers with an external datastore", want([1, 2], { datastore: "external" }), have([1]), ["join server-2"]],
    [
      "a server at another address",
      { ...want([1, 2]), servers: [server(1), server(2), { ...server(3), address: "192.0.2.30" }] },
      have([1, 2, 3]),
      ["leave server-3", "join server-3"],
    ],
    [
      "an upgrade that was interrupted, with a server replaced",
      want([1, 2, 4]),
      [...have([1]), ...have([2, 3], "v1.35.7+k3s1")],
      ["leave server-3", "snapshot", "upgrade server-2", "join server-4"],
    ],
    [
      "a newer release of the same Kubernetes",
      want([1], { version: "v1.36.5+k3s2" }),
      have([1]),
      ["snapshot", "upgrade server-1"],
    ],
  ])("%s", (_name, wanted, installed, steps) => {
    const plan = planServers(wanted, installed);

    expect(describeProblems(plan.problems)).toBe("");
    expect(stepsOf(plan)).toEqual(steps);
  });

  it.each<[string, WantedServers, InstalledServer[], string]>([
    [
      "an even number",
      want([1, 2, 3, 4]),
      have([1, 2, 3]),
      "rancher:cluster.servers has 4 servers with embedded etcd, which survives the loss of 1, as 3 would. Use an odd number, or an external datastore.",
    ],
    [
      "two removed at the same time",
      want([1, 2, 3]),
      have([1, 2, 3, 4, 5]),
      "rancher:cluster.servers removes server-4 and server-5 in one run, which puts the quorum at risk. Remove one server per run.",
    ],
    [
      "every server replaced",
      want([4]),
      have([1]),
      "rancher:cluster.servers keeps none of the cluster's servers (server-1), so its data would be lost. Keep at least one of them, and replace one server per run.",
    ],
    [
      "a minor version skipped",
      want([1], { version: "v1.36.5+k3s1" }),
      have([1], "v1.34.9+k3s1"),
      "rancher:cluster.version is v1.36.5+k3s1, but server-1 runs v1.34.9+k3s1, and no minor version can be skipped. Upgrade to 1.35 first, the newest patch of it.",
    ],
    [
      "a downgrade",
      want([1], { version: "v1.36.5+k3s1" }),
      have([1], "v1.36.5+k3s2"),
      "rancher:cluster.version is v1.36.5+k3s1, but server-1 runs v1.36.5+k3s2. Kubernetes cannot be downgraded. Restore a snapshot of the older version instead.",
    ],
  ])("rejects %s", (_name, wanted, installed, problem) => {
    expect(problemsOf(wanted, installed)).toBe(problem);
    expect(planServers(wanted, installed).steps).toEqual([]);
  });

  it("reaches the wanted servers with at most one server out, between any two clusters of 1 to 7 servers", () => {
    const numbers = fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 });
    const installed = fc
      .subarray([1, 2, 3, 4, 5, 6, 7])
      .chain((chosen) =>
        fc.tuple(...chosen.map((number) => fc.constantFrom(version, "v1.35.7+k3s1").map((of) => have([number], of)))),
      );
    const datastore = fc.constantFrom("embedded", "external");

    fc.assert(
      fc.property(numbers, installed, datastore, (servers, before, store) => {
        const wanted = want(servers, { datastore: store });
        const { steps, problems } = planServers(wanted, before.flat());
        fc.pre(problems.length === 0);

        const members = new Map(before.flat().map((member) => [member.name, member.version]));
        let snapshots = 0;
        for (const step of steps) {
          if (step.kind === "snapshot") snapshots++;
          if (step.kind === "create") expect(members.size).toBe(0);
          if (step.kind === "join") expect([...new Set(members.values())]).toEqual([version]);
          if (step.kind === "upgrade") expect([snapshots, members.has(step.server.name)]).toEqual([1, true]);
          if (step.kind === "leave") expect(members.delete(step.server.name) && members.size).toBeGreaterThan(0);
          else if (step.kind !== "snapshot") members.set(step.server.name, version);
        }
        expect([...members].sort()).toEqual(servers.map((number) => [`server-${number}`, version]));
        const after = servers.flatMap((number) => have([number]));
        expect(planServers(wanted, after)).toEqual({ steps: [], problems: [] });
        expect(steps.filter(({ kind }) => kind === "leave").length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000, seed: 20261129 },
    );
  });
});
