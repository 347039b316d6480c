import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { shellFunctions } from "../../../components/host/shell/link.ts";
import { shell } from "../../support/scripts/shell.ts";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";

const place = (timer = "[Timer]") => `place_unit look.service [Service]
place_unit look.path [Path]
place_unit look.timer '${timer}'
start_units look.path look.timer`;

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
  const { main } = shell(body);
  const functions = shellFunctions(...main.needs).replaceAll("/etc/systemd/system", machine.path("units"));
  const { code } = await machine.script({ main: { ...main, needs: [], text: `${functions}${main.text}` } });
  return { code, calls: readFileSync(machine.path("calls"), "utf8").trim().split("\n") };
};

it("reloads systemd for new units, and restarts them", async () => {
  const first = await run(place());
  const changed = await run(place("[Timer]\nOnActiveSec=1h"));

  const taken = { code: 0, calls: ["-q enable look.path look.timer", "restart look.path look.timer"] };
  expect([first, changed]).toEqual([taken, taken]);
  expect(readFileSync(machine.path("units", "look.timer"), "utf8")).toBe("[Timer]\nOnActiveSec=1h\n");
});

it("leaves running units alone if no unit has changed", async () => {
  await run(place());

  expect((await run(place())).calls).toEqual(["-q enable look.path look.timer", "start look.path look.timer"]);
});

it("completes a run that was killed after it placed the units", async () => {
  await machine.shell(`: >${machine.path("killed")}`);
  const killed = await run(place());
  rmSync(machine.path("killed"));

  const next = await run(place());

  expect(killed).toEqual({ code: 1, calls: ["-q enable look.path look.timer"] });
  expect(next.calls).toEqual(["-q enable look.path look.timer", "start look.path look.timer"]);
});

it.each([
  ["ends", ["-q disable --now look.path look.timer", "stop look.service", "daemon-reload"]],
  ["goes-on", ["-q disable --now look.path look.timer", "daemon-reload"]],
] as const)("removes the units, and a run that has begun %s", async (running, calls) => {
  await run(place());

  expect(await run(`remove_units ${running} /x/look.sh look.path look.timer`)).toEqual({ code: 0, calls });
});
