import { describe, expect, it } from "vitest";
import type { RunningController } from "../../../components/cluster/ingress/ingress-controllers.ts";
import { awaitTrust } from "../../../components/cluster/ingress/trust-rollout.ts";

const before: RunningController = {
  ...{ kind: "traefik", namespace: "kube-system", name: "traefik", workload: "Deployment" },
  ...{ forwardedHeaders: [], proxyProtocol: [], hidesClients: true, rolledOut: true },
};
const replaced: RunningController = { ...before, rolledOut: false };
const after: RunningController = { ...before, forwardedHeaders: "everybody" };

/** Successive checks see one of these after the other. The last one repeats. */
async function wait(looks: readonly (readonly RunningController[] | Error)[], timeout = 1) {
  const said: string[] = [];
  let seen = 0;
  const waiting = awaitTrust({
    controller: "traefik",
    look: async () => {
      const now = looks[Math.min(seen++, looks.length - 1)] ?? [];
      if (now instanceof Error) throw now;
      return now;
    },
    isLive: (running) => running.some(({ forwardedHeaders }) => forwardedHeaders === "everybody"),
    log: (line) => said.push(line),
    timeout,
    pause: 0.01,
  });
  return { said, looks: () => seen, waiting };
}

const clientAddressSource = (text: string) => `waiting for the ingress controller to trust the load balancer: ${text}`;

describe("waiting for the trust", () => {
  it("ends immediately and prints nothing if the trust is live", async () => {
    const { waiting, said, looks } = await wait([[after]]);

    await waiting;
    expect([said, looks()]).toEqual([[], 1]);
  });

  it("reports each state once, and continues if the API server does not respond", async () => {
    const { waiting, said } = await wait([[before], [before], [replaced], new Error("ECONNREFUSED"), [], [after]]);

    await waiting;
    expect(said).toEqual([
      clientAddressSource("Deployment kube-system/traefik does not trust it yet"),
      clientAddressSource("Deployment kube-system/traefik is being replaced"),
      clientAddressSource("the cluster cannot be queried: ECONNREFUSED"),
      clientAddressSource("no traefik exists"),
    ]);
  });

  it("gives up after its timeout, and reports the last state and where to look", async () => {
    const { waiting } = await wait([[before]], 0.05);

    await expect(waiting).rejects.toThrow(
      "the ingress controller does not trust the load balancer after 0.05 s: " +
        "Deployment kube-system/traefik does not trust it yet. Check kubectl -n kube-system get pods and the logs " +
        "of the helm-install job, then run again",
    );
  });
});
