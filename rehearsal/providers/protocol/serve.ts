import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { answers } from "./answers.ts";
import { EngineLog } from "./engine-log.ts";
import { notReadyDetails } from "./messages.ts";
import { NotReady, type Plugin } from "./plugin.ts";

/** Pulumi's limit for a message: sdk/nodejs/runtime/settings.ts. */
const maxMessageBytes = 400 * 1024 * 1024;

/**
 * Serves a plugin to the engine that started this process: prints the port, then answers requests until it is ended.
 *
 * `@pulumi/pulumi/provider` supports neither provider configuration nor previews, and the Kubernetes provider needs both.
 * So this implements the protocol with Pulumi's generated messages, which also load in less than half the time.
 */
export async function serve(plugin: Plugin): Promise<void> {
  const log = new EngineLog(process.argv.slice(2).find((argument) => !argument.startsWith("-")));
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  const handlers: Record<string, UntypedHandleCall> = {};
  for (const [method, answer] of Object.entries(answers(plugin, log))) {
    const handle: handleUnaryCall<never, unknown> = (call, reply) => {
      Promise.resolve()
        .then(() => answer(call.request))
        .then(
          async (response) => (await log.flush(), reply(null, response ?? new Empty())),
          async (error: unknown) => (await log.flush(), reply(asStatus(error))),
        );
    };
    handlers[method] = handle as UntypedHandleCall;
  }
  server.addService(ResourceProviderService as never, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  process.stdout.write(`${port}\n`);
  endAfterEngine();
}

/** Interval at which the engine's process is checked, because a killed engine sends no message. */
const engineCheckMs = 10_000;
/** How long a genuine plugin keeps running after its engine was killed: sdk/go/common/util/rpcutil/healthcheck.go. */
const outliveEngineMs = 300_000;

function endAfterEngine(): void {
  const engine = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === engine) return;
    clearInterval(check);
    setTimeout(() => process.exit(0), outliveEngineMs).unref();
  }, engineCheckMs);
}

function asStatus(error: unknown): { code: number; message: string; details: string; metadata?: Metadata } {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof NotReady)) return { code: status.UNKNOWN, message, details: message };
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", notReadyDetails(error));
  return { code: status.UNKNOWN, message, details: message, metadata };
}
