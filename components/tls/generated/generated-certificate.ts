import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../host/host.ts";
import type { HostScript } from "../../host/host-script.ts";
import type { ManagedHost } from "../../host/managed-host.ts";
import { printFile } from "../../host/script.ts";
import { generatedCertificateScript } from "./certificate-renewal-timer.ts";
import {
  authorityFolder,
  generatedCertificateFiles,
  renderGeneratedCertificate,
  type GeneratedFiles,
} from "./generated-certificate-script.ts";
import { localRenewals } from "./local-renewals.ts";

export interface GeneratedCertificateArgs {
  readonly hostname: string;
  /** Absolute path of the folder on the host that holds the CA. */
  readonly folder: string;
  /** `<project>/<stack>` */
  readonly stack: string;
  readonly on: { readonly host: Host; readonly machine: ManagedHost; readonly ready: HostScript };
}

export interface GeneratedCertificate {
  readonly script: HostScript;
  readonly files: GeneratedFiles;
  /** The CA's certificate, PEM. */
  readonly authority: pulumi.Output<string>;
}

/** Creates a certificate on the host. Returns its script, the files nginx reads, and the CA's certificate. */
export function generateCertificate(
  { hostname, folder, stack, on: { host, machine, ready } }: GeneratedCertificateArgs,
  parent: pulumi.Resource,
): GeneratedCertificate {
  const renewal = host.kind === "local" ? localRenewals(folder, hostname) : 0;
  const script = machine.run(
    {
      script: generatedCertificateScript,
      title: `a CA and a certificate for ${hostname}, whose keys stay on the machine`,
      create: renderGeneratedCertificate({ host, hostname, stack, dataFolder: folder, renewal }),
      secretOutput: false,
      timeoutSeconds: 120,
    },
    { parent, dependsOn: [ready] },
  );
  // A separate script: in a preview, any change to the one above would make the CA unknown, and Rancher's container
  // would seem to need a replacement.
  const read = machine.run(
    {
      script: "generated-authority",
      title: `the certificate of the CA for ${hostname}`,
      create: printFile(host, `${authorityFolder(folder)}/${hostname}/certificate.pem`),
      secretOutput: false,
    },
    { parent, dependsOn: [script] },
  );
  return { script, files: { ...generatedCertificateFiles(host), renewal }, authority: read.output };
}
