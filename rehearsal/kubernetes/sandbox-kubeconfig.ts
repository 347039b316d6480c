import { stringify } from "yaml";

import type { KeyPair } from "./certificate-authority.ts";

/** A kubeconfig with an inlined client certificate. It has a private key: treat it as a secret. */
export function kubeconfigText(client: { user: string; server: string; ca: string; pair: KeyPair }): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "rehearsal", cluster: { server: client.server, "certificate-authority-data": base64(client.ca) } },
      ],
      users: [
        {
          name: client.user,
          user: {
            "client-certificate-data": base64(client.pair.certificate),
            "client-key-data": base64(client.pair.key),
          },
        },
      ],
      contexts: [{ name: "rehearsal", context: { cluster: "rehearsal", user: client.user } }],
      "current-context": "rehearsal",
    },
    { lineWidth: 0 },
  );
}
