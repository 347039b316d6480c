import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { answersOf, isSignedIn } from "./answers.ts";
import { readCommandLine } from "./command-line.ts";
import { openData } from "./data.ts";
import { faultOf } from "./faults.ts";
import { serve } from "./serve.ts";
import { serverTls } from "./tls.ts";

/**
 * Simulates a Rancher server in a container. It stores its data in /var/lib/rancher, answers after a delay, and exits
 * with a message where a genuine server would.
 */
const { env } = process;
const dataFolder = "/var/lib/rancher";
const certificateFolder = "/etc/rancher/ssl";

function log(level: "INFO" | "FATAL", text: string): void {
  console.log(`${new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll("-", "/")} [${level}] ${text}`);
}

function seconds(name: string, usual: number): number {
  return Number(env[name] ?? usual) * 1000;
}

// Process 1 ignores signals without a handler.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));

try {
  const version = env["CATTLE_SERVER_VERSION"] ?? "";
  const { ports, noCacerts, auditLog } = readCommandLine(process.argv.slice(2), env);
  log("INFO", `Rancher version ${version} is starting (simulated by a rehearsal)`);
  const fault = await faultOf(env["REHEARSAL_RANCHER"]);
  const { store, data, migratedFrom, toldPassword } = await openData(
    dataFolder,
    version,
    env["CATTLE_BOOTSTRAP_PASSWORD"] || undefined,
  );
  const beat = setInterval(() => store.keep({ ...store.state!, beats: store.state!.beats + 1 }), 500);
  if (migratedFrom !== undefined) {
    log("INFO", `Migrating data of ${migratedFrom}`);
    await sleep(seconds("REHEARSAL_MIGRATION_SECONDS", 1));
  }
  const tls = await serverTls({ folder: certificateFolder, noCacerts, authority: data.authority });
  await sleep(seconds("REHEARSAL_START_SECONDS", 2));
  if (fault === "never-ready") {
    log("INFO", "Waiting for server to become available: deployment rancher-webhook");
    await new Promise(() => beat.ref());
  }
  const answer = answersOf({ store, cacerts: tls.cacerts, unhealthy: fault === "unhealthy" });
  await serve({
    ports,
    tls,
    answer,
    isSignedIn: (authorization) => isSignedIn(store.state!, authorization),
    audit: ({ method, url }, status) => {
      if (auditLog !== undefined)
        appendFileSync(auditLog, `${JSON.stringify({ method, requestURI: url, responseCode: status })}\n`);
    },
  });
  if (toldPassword !== undefined) log("INFO", `Bootstrap Password: ${toldPassword}`);
  log("INFO", `Listening on :${ports.http} and :${ports.https}, certificate ${tls.source}`);
  if (fault === "crashing") {
    await sleep(1000);
    throw new Error("panic: fake");
  }
} catch (error) {
  log("FATAL", (error as Error).message);
  process.exit(1);
}
