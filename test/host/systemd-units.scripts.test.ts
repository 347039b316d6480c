import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { placeUnits, removeUnits, type ScriptUnits } from "../../components/host/systemd-units.ts";
import { ScriptSandbox } from "../support/script-run.ts";

const units: ScriptUnits<"path" | "timer"> = { name: "look", script: "/x/look.sh", startedBy: ["path", "timer"] };
const texts = { service: "[Service]\n", path: "[Path]\n", timer: "[Timer]\n" };

let machine: ScriptSandbox;
beforeEach(() => {
  machine = new ScriptSandbox();
  mkdirSync(machine.path("units"));
  machine.command("systemctl", `echo "$*" >>${machine.path("calls")}; [ ! -e ${machine.path("killed")} ]`);
});
afterEach(() => machine[Symbol.dispose]());

/** The calls of systemctl. */
const run = async (body: string) => {
  rmSync(machine.path("calls"), { force: true });
  const { code } = await machine.script(body.replaceAll("/etc/systemd/system", machine.path("units")));
  return { code, calls: readFileSync(machine.path("calls"), "utf8").trim().split("\n") };
};

it("reloads systemd for new units, and restarts them", async () => {
  const first = await run(placeUnits(units, texts));
  const changed = await run(placeUnits(units, { ...texts, timer: "[Timer]\nOnActiveSec=1h\n" }));

  const taken = { code: 0, calls: ["-q enable look.path look.timer", "restart look.path look.timer"] };
  expect([first, changed]).toEqual([taken, taken]);
  expect(readFileSync(machine.path("units", "look.timer"), "utf8")).toBe("[Timer]\nOnActiveSec=1h\n");
});

it("leaves running units alone if no unit has changed", async () => {
  await run(placeUnits(units, texts));

  expect((await run(placeUnits(units, texts))).calls).toEqual([
    "-q enable look.path look.timer",
    "start look.path look.timer",
  ]);
});

it("completes a run that was killed after it placed the units", async () => {
  await machine.shell(`: >${machine.path("killed")}`);
  const killed = await run(placeUnits(units, texts));
  rmSync(machine.path("killed"));

  const next = await run(placeUnits(units, texts));

  expect(killed).toEqual({ code: 1, calls: ["-q enable look.path look.timer"] });
  expect(next.calls).toEqual(["-q enable look.path look.timer", "start look.path look.timer"]);
});

it.each([
  ["ends", ["-q disable --now look.path look.timer", "stop look.service", "daemon-reload"]],
  ["goes on", ["-q disable --now look.path look.timer", "daemon-reload"]],
] as const)("removes the units, and a run that has begun %s", async (running, calls) => {
  await run(placeUnits(units, texts));

  expect(await run(removeUnits(units, running))).toEqual({ code: 0, calls });
});
