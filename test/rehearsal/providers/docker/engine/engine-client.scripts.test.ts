import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { EngineClient } from "../../../../../rehearsal/providers/docker/engine/engine-client.ts";
import { ScriptSandbox } from "../../../../support/script-run.ts";

afterEach(() => vi.unstubAllEnvs());

it("connects again after an engine that ended an idle connection", async () => {
  using machine = new ScriptSandbox();
  // Docker's dial-stdio ends with 0 when the engine is killed.
  machine.command(
    "ssh",
    `read -r _; printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n'; touch ${machine.path("asked")}`,
  );
  vi.stubEnv("PATH", `${machine.path("bin")}:${process.env["PATH"] ?? ""}`);
  const client = new EngineClient("ssh://ops@192.0.2.1", []);

  await client.ping();
  await expect.poll(() => existsSync(machine.path("asked"))).toBe(true);
  await sleep(50);

  expect(await client.ping()).toBe("1.24");
});
