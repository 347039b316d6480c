import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder with commands that a test puts on PATH before those of the machine. */
export class FakeTools {
  readonly folder = mkdtempSync(join(tmpdir(), "rancher-tools-"));
  readonly path: string;
  readonly #bin = join(this.folder, "bin");

  constructor() {
    mkdirSync(this.#bin);
    this.path = `${this.#bin}:/usr/bin:/bin`;
  }

  /** A command that responds to `version`, and otherwise runs this shell text. */
  tool(name: string, version: string, body: string): void {
    const file = join(this.#bin, name);
    writeFileSync(file, `#!/bin/sh\nif [ "$1" = version ]; then echo "${version}"; exit 0; fi\n${body}\n`);
    chmodSync(file, 0o755);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
