import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Store } from "../../../../rehearsal/docker/rancher-image/store.ts";

describe("the fake server's store", () => {
  let folder: string;
  const log = () => join(folder, "member/wal/0.wal");
  const snapshot = () => join(folder, "member/snap/db");
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "store-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is empty at first, and returns what was stored last", () => {
    const store = new Store<number>(folder);
    expect(store.state).toBeUndefined();

    store.keep(1);
    store.keep(2);

    const again = new Store<number>(folder);
    expect(again.state).toBe(2);
    expect(again.revision).toBe(2);
  });

  it("continues after its log was rewritten", () => {
    const store = new Store<number>(folder);
    for (let count = 1; count <= 450; count++) store.keep(count);

    expect(new Store<number>(folder).state).toBe(450);
    expect(readFileSync(log(), "utf8").split("\n").length).toBeLessThan(203);
  });

  it("survives a kill in the middle of an entry, or of a snapshot", () => {
    const store = new Store<string>(folder);
    store.keep("whole");
    appendFileSync(log(), `${"a".repeat(64)} {"revision":2,"sta`);
    writeFileSync(snapshot(), '{"revision":2,"st');

    const again = new Store<string>(folder);
    again.keep("next");

    expect(new Store<string>(folder).state).toBe("next");
  });

  it("rejects a copy whose snapshot is ahead of its log", () => {
    const store = new Store<string>(folder);
    store.keep("first");
    const copied = readFileSync(log());
    store.keep("second");
    const copy = mkdtempSync(join(tmpdir(), "store-copy-"));
    cpSync(folder, copy, { recursive: true });
    writeFileSync(join(copy, "member/wal/0.wal"), copied);

    expect(() => new Store<string>(copy)).toThrow("the snapshot is of revision 2, the log ends at 1");
    rmSync(copy, { recursive: true });
  });
});
