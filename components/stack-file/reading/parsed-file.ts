import type { HighAvailabilityFile } from "../high-availability-schema.ts";
import type { SingleNodeFile } from "../single-node-schema.ts";
import type { Parsed } from "./parsed.ts";

/** A parsed stack file of either mode, for rules that apply to both. */
export type AnyParsed = Parsed<HighAvailabilityFile> | Parsed<SingleNodeFile>;
