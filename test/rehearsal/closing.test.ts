import { describe, expect, it } from "vitest";
import { makeOrClose } from "../../rehearsal/closing.ts";

describe("an object made of several parts", () => {
  it("closes its parts in reverse order, once", async () => {
    const ended: string[] = [];
    const made = await makeOrClose(async (closers, close) => {
      for (const part of ["world", "engine"]) closers.push(async () => ended.push(part));
      return { close };
    });
    expect(ended).toEqual([]);

    await made.close();
    await made.close();

    expect(ended).toEqual(["engine", "world"]);
  });

  it("leaves no part behind if one cannot be created, and reports why", async () => {
    const ended: string[] = [];

    const making = makeOrClose(async (closers) => {
      closers.push(async () => ended.push("world"));
      throw new Error("no engine here");
    });

    await expect(making).rejects.toThrow("no engine here");
    expect(ended).toEqual(["world"]);
  });
});
