import { SingleNode } from "../../components/recipes/single-node.ts";
import type { SingleNodeSettings, SingleNodeTlsSettings } from "../../components/stack-file/settings.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { type devCanaries, devSecrets, devSettings, dockerHost, dockerSettings } from "./dev-stack.ts";

export const local = "command:local:Command";
export const remote = "command:remote:Command";
export const container = "docker:index/container:Container";
export const image = "docker:index/remoteImage:RemoteImage";
export const network = "docker:index/network:Network";
export const volume = "docker:index/volume:Volume";
export const password = "random:index/randomPassword:RandomPassword";
export const authority = "-----BEGIN CERTIFICATE-----\nMADE ON THE HOST\n-----END CERTIFICATE-----";

export interface Case {
  readonly settings?: Partial<SingleNodeSettings>;
  /** Output of scripts, by the end of their resource's name. */
  readonly printed?: Readonly<Record<string, string>>;
  readonly secrets?: (keyof typeof devCanaries)[];
  /** @default false */
  readonly preview?: boolean;
}

/** A single node as the program would register it. */
export function synthesiseRecipe({ settings, secrets, printed = {}, preview = false }: Case = {}) {
  const stdout = { "generated-authority": authority, "rancher-data": "new", "host-resolvers": "", ...printed };
  const stdoutOf = (name: string) => Object.entries(stdout).find(([script]) => name.endsWith(`-${script}-script`))?.[1];
  return synthesise(
    () => new SingleNode("rancher", { settings: devSettings(settings), secrets: devSecrets(secrets) }),
    {
      stack: "dev",
      preview,
      state: ({ type, name }) => ({
        ...(type === password && !preview && { result: "made" }),
        ...(!preview && stdoutOf(name) !== undefined && { stdout: stdoutOf(name) }),
      }),
    },
  );
}

const certificate = { from: "stack", chain: "CHAIN" } as const;
export const publicCa: SingleNodeTlsSettings = { source: "secret", certificate };
export const privateCa: SingleNodeTlsSettings = { source: "secret", certificate, caCertificate: "CA" };
export const overSsh: Partial<SingleNodeSettings> = { docker: dockerSettings({ host: dockerHost }) };
export const withoutNginx: Partial<SingleNodeSettings> = {
  loadBalancer: { kind: "none", ports: { http: 80, https: 443 } },
  tls: { source: "rancher" },
};
