import type { Difference } from "./difference.ts";
import type { Properties } from "./property-value.ts";

/** A provider plugin. Its methods are the engine's requests, with decoded values. */
export interface Plugin {
  readonly version: string;
  /**
   * Whether it supports secrets. If not, the engine sends plain values, and marks every output as secret whose input of
   * the same name has a secret. @default true
   */
  readonly acceptsSecrets?: boolean;
  /** The effect of a change of the provider's configuration. @default an update in place */
  diffConfig?(olds: Properties, news: Properties): Difference;
  /** Sets the configuration. The engine does not call this while any of it is unknown. */
  configure?(configuration: ReadonlyMap<string, string>, log: Log): Promise<void>;
  /** The resource type of a token such as `command:remote:Command`. @throws if it is not supported */
  resource(type: string): ResourceType;
  /** The function of a token such as `docker:index/getRegistryImage:getRegistryImage`. @throws if it is not supported */
  invoke?(token: string): Invocation;
  /** Called when the engine stops: end everything that runs. */
  cancel?(): void;
}

/** A function of a provider. It is called at preview and at update, and changes nothing. */
export type Invocation = (args: Properties) => Promise<Properties>;

/** Sends the user a message that is attached to the resource. A passing one shows only while the operation runs. */
export type Log = (severity: "info" | "warning" | "error", message: string, options?: { passing: boolean }) => void;

/** The common part of all requests about a resource. */
export interface Request {
  readonly urn: string;
  /** The resource's own name, the last part of its URN. */
  readonly name: string;
  readonly type: string;
  /** Whether this is a preview, which must not change anything. */
  readonly preview: boolean;
  /** From `customTimeouts`, in seconds; undefined if not set. */
  readonly timeoutSeconds?: number;
  readonly log: Log;
}

/** The operations of a resource type. A thrown error's message becomes the resource's error unchanged. */
export interface ResourceType {
  check(request: Request, olds: Properties, news: Properties): Promise<Checked> | Checked;
  /** `olds` are the outputs in the state, `oldInputs` the inputs. */
  diff(request: Request, olds: Properties, oldInputs: Properties, news: Properties): Promise<Difference> | Difference;
  create(request: Request, inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  update(request: Request, id: string, olds: Properties, news: Properties): Promise<Properties>;
  /**
   * Without it, a refresh keeps the state. Undefined means that the resource no longer exists; another id, that it has been
   * replaced.
   */
  read?(
    request: Request,
    id: string,
    outputs: Properties,
    inputs: Properties,
  ): Promise<{ id?: string; outputs: Properties; inputs: Properties } | undefined>;
  delete(request: Request, id: string, outputs: Properties): Promise<void>;
}

/** Inputs in the form in which they are stored, and their problems. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures?: readonly { property: string; reason: string }[];
}

/** Thrown if a resource was created but did not become ready. It is stored in the state with a mark, and the run fails. */
export class NotReady extends Error {
  readonly id: string;
  readonly outputs: Properties;
  constructor(message: string, id: string, outputs: Properties) {
    super(message);
    this.id = id;
    this.outputs = outputs;
  }
}
