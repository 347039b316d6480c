import type { Plugin, Request } from "../../../../rehearsal/providers/protocol/plugin.ts";
import type { Difference } from "../../../../rehearsal/providers/protocol/difference.ts";
import type { Properties } from "../../../../rehearsal/providers/protocol/property-value.ts";

/** Runs a resource through its life as the engine would, without an engine. */
export interface Fake {
  inputs: Properties;
  id: string;
  outputs: Properties;
}

/** Runs a resource of that type through its life, as Pulumi would. */
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

  async create(inputs: Properties): Promise<Fake> {
    const checked = await this.resource.check(this.request(), {}, inputs);
    if (checked.failures && checked.failures.length > 0) throw new Error(JSON.stringify(checked.failures));
    return { inputs: checked.inputs, ...(await this.resource.create(this.request(), checked.inputs)) };
  }

  /** The changes of the next run of a program with these inputs. */
  async diff(fake: Fake, inputs: Properties): Promise<Difference> {
    const checked = await this.resource.check(this.request(), fake.inputs, inputs);
    return this.resource.diff(this.request(), fake.outputs, fake.inputs, checked.inputs);
  }

  async update(fake: Fake, inputs: Properties): Promise<Fake> {
    const checked = await this.resource.check(this.request(), fake.inputs, inputs);
    const outputs = await this.resource.update(this.request(), fake.id, fake.outputs, checked.inputs);
    return { inputs: checked.inputs, id: fake.id, outputs };
  }

  async refresh(fake: Fake): Promise<Fake | undefined> {
    const found = await this.resource.read!(this.request(), fake.id, fake.outputs, fake.inputs);
    return found && { id: found.id ?? fake.id, inputs: found.inputs, outputs: found.outputs };
  }
}

/** Paths of a difference. An exclamation mark marks those that force a replacement. */
export function told({ changes, replaces }: Difference): string[] {
  return [...changes].map(([path, change]) => `${change} ${path}${replaces.includes(path) ? "!" : ""}`).sort();
}
