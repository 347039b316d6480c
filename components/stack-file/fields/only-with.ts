import type { z } from "zod";

/** When a key has an effect: only while another key has one of these values. */
export interface OnlyWith {
  /** The other key: `loadBalancer.layer`. */
  readonly key: string;
  readonly is: readonly (string | number)[];
  /** Why it has no effect otherwise; the middle of an error message. */
  readonly because: string;
}

/** A key of the schema that is rejected where it has no effect, because its author expects one. */
export function onlyWith<Schema extends z.ZodType>(condition: OnlyWith, schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), onlyWith: condition });
}

export const layer7: OnlyWith = {
  key: "loadBalancer.layer",
  is: [7],
  because: "at layer 4 nginx passes TLS through and sees no requests",
};

export const layer4 = (because: string): OnlyWith => ({ key: "loadBalancer.layer", is: [4], because });

export const runAsHost: OnlyWith = { key: "loadBalancer.runAs", is: ["host"], because: "nginx runs as a container" };

export const runAsContainer: OnlyWith = {
  key: "loadBalancer.runAs",
  is: ["container"],
  because: "nginx runs as a package of the host",
};
