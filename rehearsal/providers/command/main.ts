import { readFileSync } from "node:fs";
import { serve } from "../protocol/serve.ts";
import { commandPlugin } from "./command-plugin.ts";

await serve(commandPlugin(readFileSync(new URL("version", import.meta.url), "utf8").trim()));
