import { describe, expect, it } from "vitest";
import { bytesOf, readMemorySize } from "../../../components/docker/rancher/memory-size.ts";

describe("a memory size", () => {
  it("is parsed in Docker's notation", () => {
    expect(["8g", "512m", "4k", "17b"].map(bytesOf)).toEqual([8_589_934_592, 536_870_912, 4096, 17]);
  });

  it.each(["", "8", "2G", "1.5g", "8gb", "-1g", "g"])("cannot be %j", (text) => {
    expect(readMemorySize(text)).toBeUndefined();
    expect(() => bytesOf(text)).toThrow(`not a memory size: ${text}`);
  });
});
