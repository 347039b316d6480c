import { RandomId, RandomPassword, RandomString } from "@pulumi/random";
import { expect, it } from "vitest";
import { isEncrypted, type ScratchEngine } from "./scratch-engine.ts";

/** How the random provider behaves. */
export function randomConforms(engine: () => ScratchEngine): void {
  it("creates a value once, keeps it, and creates a new one only when an input changes", async () => {
    const stack = await engine().stack();
    const program = (keepers: Record<string, string>) => async () => {
      const password = new RandomPassword("password", { length: 24, minNumeric: 3, overrideSpecial: "-_", keepers });
      const text = new RandomString("text", { length: 12, special: false, upper: false });
      const id = new RandomId("id", { byteLength: 4 });
      return { password: password.result, text: text.result, hex: id.hex };
    };

    const first = await stack.up(program({ round: "one" }));
    const second = await stack.up(program({ round: "one" }));
    const third = await stack.up(program({ round: "two" }));

    expect(first.error).toBeUndefined();
    expect(first.outputs["password"]?.value).toMatch(/^[-\w]{24}$/);
    expect(String(first.outputs["password"]?.value).match(/[0-9]/g)?.length).toBeGreaterThanOrEqual(3);
    expect(first.outputs["text"]?.value).toMatch(/^[a-z0-9]{12}$/);
    expect(first.outputs["hex"]?.value).toMatch(/^[0-9a-f]{8}$/);
    expect(second.outputs).toEqual(first.outputs);
    expect(third.operation("password")).toMatch(/replace/);
    expect(third.outputs["password"]?.value).not.toBe(first.outputs["password"]?.value);
    expect(third.outputs["text"]?.value).toBe(first.outputs["text"]?.value);
  });

  it("keeps a password secret, in the state and in the outputs", async () => {
    const stack = await engine().stack();

    const run = await stack.up(async () => ({ password: new RandomPassword("password", { length: 20 }).result }));

    const { text, resource } = await stack.state();
    expect(run.outputs["password"]?.secret).toBe(true);
    expect(isEncrypted(resource("password")?.outputs["result"])).toBe(true);
    expect(text).not.toContain(run.outputs["password"]?.value);
  });
}
