import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import type { Log } from "./plugin.ts";

const severities = { info: LogSeverity.INFO, warning: LogSeverity.WARNING, error: LogSeverity.ERROR };

/** Sends messages to the engine at an address, in order. `flush` resolves once all of them are delivered. */
export class EngineLog {
  readonly #client: InstanceType<typeof EngineClient> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(address: string | undefined) {
    this.#client = address === undefined ? undefined : new EngineClient(address, credentials.createInsecure());
  }

  /** A log whose messages are attached to the resource with this URN. */
  of(urn: string): Log {
    return (severity, message, options) => {
      const request = new LogRequest();
      request.setSeverity(severities[severity]);
      request.setMessage(message);
      request.setUrn(urn);
      request.setEphemeral(options?.passing ?? false);
      // A message that cannot be delivered does not make a resource fail.
      this.#last = this.#last.then(
        () => new Promise((resolve) => (this.#client ? this.#client.log(request, () => resolve()) : resolve())),
      );
    };
  }

  async flush(): Promise<void> {
    await this.#last;
  }
}
