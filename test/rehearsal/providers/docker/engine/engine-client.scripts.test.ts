import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { EngineClient } from "../../../../../rehearsal/providers/docker/engine/engine-client.ts";
import { ScriptSandbox } from "../../../../support/scripts/script-run.ts";

afterEach(() => vi.unstubAllEnvs());

it("connects again after an engine that ended an idle connection", async () => {
  using machine = new ScriptSandbox();
  // Docker's dial-stdio ends with 0 when the engine is killed.
  machine.command(
    "ssh",
    `echo $$ >${machine.path("ssh.pid")}; read -r _; printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n'`,
  );
  vi.stubEnv("PATH", `${machine.path("bin")}:${process.env["PATH"] ?? ""}`);
  const client = new EngineClient("ssh://ops@192.0.2.1", []);

  await client.ping();
  const pid = readFileSync(machine.path("ssh.pid"), "utf8").trim();
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  await sleep(50);

  // The first attempt may be made before the end of the connection has been noticed.
  await expect.poll(() => client.ping().catch(() => undefined), { timeout: 20_000 }).toBe("1.24");
});
