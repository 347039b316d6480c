import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { ownershipLabels } from "./ownership.ts";

export interface OwnedNamespaceArgs {
  /** The namespace was there before this stack: it is left as it is, also by `destroy`. */
  readonly foreign: boolean;
}

/**
 * A namespace by its literal name, marked as this stack's so that a later run knows it again. One that others made is
 * used without the mark and kept on destroy.
 */
export class OwnedNamespace extends pulumi.ComponentResource {
  constructor(name: string, args: OwnedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:cluster:OwnedNamespace", name, {}, opts);
    const labels = args.foreign ? {} : { labels: ownershipLabels(`${pulumi.getProject()}/${pulumi.getStack()}`) };
    new Namespace(
      `${name}-namespace`,
      { metadata: { name, ...labels } },
      { parent: this, retainOnDelete: args.foreign },
    );
    this.registerOutputs({});
  }
}
