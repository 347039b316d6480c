import { describe, expect, it } from "vitest";
import { makeOrClose } from "../../rehearsal/closing.ts";

describe("what is made of several parts", () => {
  it("is ended by them in the reverse of their order, once", async () => {
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

  it("leaves no part behind where one cannot be made, and says why", async () => {
    const ended: string[] = [];

    const making = makeOrClose(async (closers) => {
      closers.push(async () => ended.push("world"));
      throw new Error("no engine here");
    });

    await expect(making).rejects.toThrow("no engine here");
    expect(ended).toEqual(["world"]);
  });
});
