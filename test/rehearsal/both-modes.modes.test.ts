import { describe, expect, it } from "vitest";
import { startRehearsalCommand } from "./support/rehearsal-command.ts";
import { isRoot } from "./support/rehearsed.ts";

/**
 * What `npm start` and `npm run rehearse -- dev` run: up, checks, a second up that changes nothing, destroy, leftovers.
 */
describe.skipIf(!isRoot)("a rehearsal of each mode", () => {
  it.concurrent.each([
    ["high availability", "prod"],
    ["single node", "dev"],
  ])("%s: every check passes", async (_, stack) => {
    const rehearsal = startRehearsalCommand(stack);

    const code = await rehearsal.ended;

    expect(code, rehearsal.text()).toBe(0);
    expect(rehearsal.text()).toContain("a second up changes nothing");
    expect(rehearsal.text()).toContain("Every check passed.");
  });
});
