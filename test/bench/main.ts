import { runCommand } from "../../operations/command-line.ts";
import { benchPreview } from "./preview.ts";

/** Every benchmark, one after another: `npm run bench`. */
await runCommand(async () => {
  await benchPreview(5);
  return 0;
});
