import { expect, it } from "vitest";
import { ingressListeners } from "../../components/load-balancer/listener.ts";

it("both ports of the ingress controller pass through, to every server", () => {
  expect(ingressListeners([{ address: "192.0.2.11" }, { address: "192.0.2.12" }])).toEqual([
    { name: "http", port: 80, upstreams: ["192.0.2.11", "192.0.2.12"], upstreamPort: 80 },
    { name: "https", port: 443, upstreams: ["192.0.2.11", "192.0.2.12"], upstreamPort: 443 },
  ]);
});
