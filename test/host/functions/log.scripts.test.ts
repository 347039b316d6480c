import { expect, it } from "vitest";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";

it("a failure prints its text, is passed to the function that `failing` names, and ends the script", async () => {
  using box = new ScriptSandbox();

  const run = await box.script(`record() { say "recorded: $*"; }
failing=record
fail 30 "no room" on this disk
echo never`);

  expect(run).toEqual({ code: 30, stdout: "", stderr: "no room on this disk\nrecorded: 30 no room on this disk\n" });
});

it("without such a function, a failure only prints its text and ends the script", async () => {
  using box = new ScriptSandbox();

  const run = await box.script('fail 10 "not ready"\necho never');

  expect(run).toEqual({ code: 10, stdout: "", stderr: "not ready\n" });
});
