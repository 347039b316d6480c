import type { Plugin, Request } from "../../../../rehearsal/providers/protocol/plugin.ts";
import type { Difference } from "../../../../rehearsal/providers/protocol/difference.ts";
import type { Properties } from "../../../../rehearsal/providers/protocol/property-value.ts";

/** A resource as the engine leads it through its life, without an engine. */
export interface Played {
  inputs: Properties;
  id: string;
  outputs: Properties;
}

/** Leads a resource of that type through its life, as Pulumi would. */
export class Playing {
  readonly #plugin: Plugin;
  readonly #type: string;

  constructor(plugin: Plugin, type: string) {
    this.#plugin = plugin;
    this.#type = type;
  }

  get resource() {
    return this.#plugin.resource(this.#type);
  }

  request(preview = false): Request {
    const urn = `urn:pulumi:test::test::${this.#type}::thing`;
    return { urn, name: "thing", type: this.#type, preview, log: () => undefined };
  }

  async create(inputs: Properties): Promise<Played> {
    const checked = await this.resource.check(this.request(), {}, inputs);
    if (checked.failures && checked.failures.length > 0) throw new Error(JSON.stringify(checked.failures));
    return { inputs: checked.inputs, ...(await this.resource.create(this.request(), checked.inputs)) };
  }

  /** What the next run of a program with these inputs would change. */
  async diff(played: Played, inputs: Properties): Promise<Difference> {
    const checked = await this.resource.check(this.request(), played.inputs, inputs);
    return this.resource.diff(this.request(), played.outputs, played.inputs, checked.inputs);
  }

  async update(played: Played, inputs: Properties): Promise<Played> {
    const checked = await this.resource.check(this.request(), played.inputs, inputs);
    const outputs = await this.resource.update(this.request(), played.id, played.outputs, checked.inputs);
    return { inputs: checked.inputs, id: played.id, outputs };
  }

  async refresh(played: Played): Promise<Played | undefined> {
    const found = await this.resource.read!(this.request(), played.id, played.outputs, played.inputs);
    return found && { id: found.id ?? played.id, inputs: found.inputs, outputs: found.outputs };
  }
}

/** Paths of a difference, those that force a replacement with an exclamation mark. */
export function told({ changes, replaces }: Difference): string[] {
  return [...changes].map(([path, change]) => `${change} ${path}${replaces.includes(path) ? "!" : ""}`).sort();
}
