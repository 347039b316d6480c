import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import type { Log } from "./plugin.ts";

const severities = { info: LogSeverity.INFO, warning: LogSeverity.WARNING, error: LogSeverity.ERROR };

/** Messages to the engine at that address, in order; `flush` resolves once all of them were taken. */
export class EngineLog {
  readonly #client: InstanceType<typeof EngineClient> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(address: string | undefined) {
    this.#client = address === undefined ? undefined : new EngineClient(address, credentials.createInsecure());
  }

  /** A log that attaches its messages to the resource of that URN. */
  of(urn: string): Log {
    return (severity, message, options) => {
      const request = new LogRequest();
      request.setSeverity(severities[severity]);
      request.setMessage(message);
      request.setUrn(urn);
      request.setEphemeral(options?.passing ?? false);
      // A message that the engine no longer takes is not worth failing a resource for.
      this.#last = this.#last.then(
        () => new Promise((resolve) => (this.#client ? this.#client.log(request, () => resolve()) : resolve())),
      );
    };
  }

  async flush(): Promise<void> {
    await this.#last;
  }
}
