// A program that waits until its parent has ended, and then ends what the parent left.
import { rmSync } from "node:fs";
import { clearLeftovers } from "../../../rehearsal/sandbox/leftovers.ts";

const [folder = ""] = process.argv.slice(2);

process.stdin.resume().once("end", () => {
  void clearLeftovers().then(() => rmSync(folder, { recursive: true, force: true }));
});
