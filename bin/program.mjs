/** The entry point for Pulumi: index.ts, bundled with all its imports. */
import { bundled } from "../tools/bundle/bundle.mjs";

process.setSourceMapsEnabled(true);

/** @type {{ default: unknown }} */
const program = await import(bundled("program.mjs"));

/** Outputs of the stack. */
export default program.default;
