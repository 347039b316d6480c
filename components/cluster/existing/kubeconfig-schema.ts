import { z } from "zod";

const text = z.string();
const named = z.object({ name: z.string() });

/**
 * The parts of a kubeconfig that this program reads, https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/.
 */
export const kubeconfigSchema = z.object({
  "current-context": text.optional(),
  contexts: z
    .array(named.extend({ context: z.object({ cluster: text.optional(), user: text.optional() }).nullish() }))
    .nullish(),
  clusters: z.array(
    named.extend({
      cluster: z
        .object({
          server: text.optional(),
          "certificate-authority-data": text.optional(),
          "certificate-authority": text.optional(),
          "insecure-skip-tls-verify": z.boolean().optional(),
          "tls-server-name": text.optional(),
          "proxy-url": text.optional(),
        })
        .nullish(),
    }),
  ),
  users: z
    .array(
      named.extend({
        user: z
          .object({
            "client-certificate-data": text.optional(),
            "client-certificate": text.optional(),
            "client-key-data": text.optional(),
            "client-key": text.optional(),
            token: text.optional(),
            tokenFile: text.optional(),
            username: text.optional(),
            password: text.optional(),
            exec: z
              .object({
                apiVersion: text,
                command: text,
                args: z.array(text).nullish(),
                env: z.array(z.object({ name: text, value: text })).nullish(),
              })
              .nullish(),
            "auth-provider": z.unknown().optional(),
            as: z.unknown().optional(),
            "as-uid": z.unknown().optional(),
            "as-groups": z.unknown().optional(),
            "as-user-extra": z.unknown().optional(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

export type Kubeconfig = z.output<typeof kubeconfigSchema>;
export type Cluster = NonNullable<Kubeconfig["clusters"][number]["cluster"]>;
export type User = NonNullable<NonNullable<Kubeconfig["users"]>[number]["user"]>;
export type ExecPlugin = NonNullable<User["exec"]>;

/** Keys of a user that kubectl supports and this program does not. */
export const unsupportedUserKeys = ["auth-provider", "as", "as-uid", "as-groups", "as-user-extra"] as const;
