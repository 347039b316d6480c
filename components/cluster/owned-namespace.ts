import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { ownershipLabels } from "./ownership.ts";

/** A namespace with a fixed name, and the labels by which later runs recognise it. */
export class OwnedNamespace extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:cluster:OwnedNamespace", name, {}, opts);
    const labels = ownershipLabels(`${pulumi.getProject()}/${pulumi.getStack()}`);
    new Namespace(`${name}-namespace`, { metadata: { name, labels } }, { parent: this });
    this.registerOutputs({});
  }
}
