import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import * as runtimeState from "@pulumi/pulumi/runtime/state.js";

/** One resource as the program would register it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
  readonly provider: string;
  readonly dependencies: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly retainOnDelete: boolean;
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly replaceOnChanges: readonly string[];
  /** As passed to the engine: a secret is still wrapped, see `isWrappedSecret`. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface SynthesisOptions {
  readonly stack: string;
  /** Full keys, such as `rancher:hostname`. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  readonly preview?: boolean;
  /** What providers add to a resource's inputs. */
  readonly state?: (resource: pulumi.runtime.MockResourceArgs) => object;
  /** Results of providers' functions; undefined for a function that must not be called. */
  readonly call?: (asked: pulumi.runtime.MockCallArgs) => object | undefined;
}

export interface Synthesis<T> {
  readonly registrations: readonly Registration[];
  readonly result: T;
}

/** Isolates one run's state from others in the same process. Part of the SDK, but not of its published types. */
const { withLocalStorage } = runtimeState as unknown as { withLocalStorage<T>(run: () => Promise<T>): Promise<T> };

/** The organization name of a backend without organizations. */
const organization = "organization";

const secretSignature = "4dabf18193072939515e22adb298388d";

export function isWrappedSecret(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && secretSignature in value;
}

/** Whether the value is known only after `up`. */
export function isUnknown(value: unknown): boolean {
  return value === pulumi.runtime.unknownValue;
}

/**
 * Runs a program without an engine or providers, and records every registration. A provider call that `options.call`
 * does not answer is an error.
 */
export function synthesise<T>(build: () => T | Promise<T>, options: SynthesisOptions): Promise<Synthesis<T>> {
  const registrations: Registration[] = [];
  class Recorder extends MockMonitor {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- generated gRPC messages have no usable types here
    override async registerResource(request: any, callback: any): Promise<void> {
      registrations.push({
        type: request.getType(),
        name: request.getName(),
        custom: request.getCustom(),
        parent: request.getParent(),
        provider: request.getProvider(),
        dependencies: request.getDependenciesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        retainOnDelete: request.getRetainondelete(),
        protect: request.getProtect(),
        deleteBeforeReplace: request.getDeletebeforereplace(),
        replaceOnChanges: request.getReplaceonchangesList(),
        inputs: request.getObject()?.toJavaScript() ?? {},
      });
      return super.registerResource(request, callback);
    }
  }
  const mocks: pulumi.runtime.Mocks = {
    newResource: (resource) => ({
      id: `${resource.name}-id`,
      state: { ...resource.inputs, ...options.state?.(resource) },
    }),
    call: (asked) => {
      const answer = options.call?.(asked);
      if (answer) return answer;
      const { token } = asked;
      const message = `unexpected call of ${token}`;
      throw Object.assign(new Error(message), { details: message }); // the only field that gRPC's callers read
    },
  };
  const preview = options.preview ?? false;
  return withLocalStorage(async () => {
    await pulumi.runtime.setMocks(mocks, "rancher", options.stack, preview, organization);
    pulumi.runtime.setMockOptions(new Recorder(mocks), "rancher", options.stack, preview, organization);
    pulumi.runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);
    // Caught inside, because an error that leaves the stack's program also becomes an unhandled rejection.
    let outcome: { result: T } | { error: unknown } | undefined;
    await pulumi.runtime.runInPulumiStack(async () => {
      try {
        outcome = { result: await build() };
      } catch (error) {
        outcome = { error };
      }
      return {};
    });
    await pulumi.runtime.disconnect();
    if (!outcome) throw new Error("the program did not run");
    if ("error" in outcome) throw outcome.error;
    return { registrations, result: outcome.result };
  });
}
