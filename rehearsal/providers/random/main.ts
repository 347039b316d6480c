import { readFileSync } from "node:fs";
import { serve } from "../protocol/serve.ts";
import { randomPlugin } from "./random-plugin.ts";

await serve(randomPlugin(readFileSync(new URL("version", import.meta.url), "utf8").trim()));
