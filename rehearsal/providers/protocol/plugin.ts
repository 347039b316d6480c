import type { Difference } from "./difference.ts";
import type { Properties } from "./property-value.ts";

/** A provider plugin: what the engine may ask of it, in decoded values. */
export interface Plugin {
  readonly version: string;
  /**
   * Whether it sees what is secret as such. Where it does not, the engine hands it plain values, and makes a secret of
   * every output whose input of that name holds one. @default true
   */
  readonly acceptsSecrets?: boolean;
  /** What a change of the provider's own configuration means. Without it, any change is an update in place. */
  diffConfig?(olds: Properties, news: Properties): Difference;
  /** Takes the configuration. The engine does not call this while any of it is unknown. */
  configure?(configuration: ReadonlyMap<string, string>, log: Log): Promise<void>;
  /** The resource type of that token, e.g. `command:remote:Command`; throws for one that is not supported. */
  resource(type: string): ResourceType;
  /** The function of that token, e.g. `docker:index/getRegistryImage:getRegistryImage`; throws for one not supported. */
  invoke?(token: string): Invocation;
  /** The engine wants to stop: end whatever is running. */
  cancel?(): void;
}

/** A function of a provider: asked at preview and at update alike, and changes nothing. */
export type Invocation = (args: Properties) => Promise<Properties>;

/** How a message reaches the user: attached to the resource. A passing one is shown while the resource is worked on. */
export type Log = (severity: "info" | "warning" | "error", message: string, options?: { passing: boolean }) => void;

/** What every request about a resource brings along. */
export interface Request {
  readonly urn: string;
  /** The resource's own name, the last part of its URN. */
  readonly name: string;
  readonly type: string;
  /** True while previewing: nothing may be changed. */
  readonly preview: boolean;
  /** From `customTimeouts`, in seconds; undefined when the program set none. */
  readonly timeoutSeconds?: number;
  readonly log: Log;
}

/** The life of one type of resource. Errors thrown become the resource's error, word for word. */
export interface ResourceType {
  check(request: Request, olds: Properties, news: Properties): Promise<Checked> | Checked;
  /** `olds` are the outputs in the state, `oldInputs` the inputs there. */
  diff(request: Request, olds: Properties, oldInputs: Properties, news: Properties): Promise<Difference> | Difference;
  create(request: Request, inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  update(request: Request, id: string, olds: Properties, news: Properties): Promise<Properties>;
  /**
   * Without it a refresh keeps what the state says. Undefined means that the resource is gone; an id, that it has
   * become another one.
   */
  read?(
    request: Request,
    id: string,
    outputs: Properties,
    inputs: Properties,
  ): Promise<{ id?: string; outputs: Properties; inputs: Properties } | undefined>;
  delete(request: Request, id: string, outputs: Properties): Promise<void>;
}

/** Inputs as the provider wants them kept, and what is wrong with them. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures?: readonly { property: string; reason: string }[];
}

/** Thrown when a resource was made but did not become ready: it goes into the state, marked, and the run fails. */
export class NotReady extends Error {
  readonly id: string;
  readonly outputs: Properties;
  constructor(message: string, id: string, outputs: Properties) {
    super(message);
    this.id = id;
    this.outputs = outputs;
  }
}
