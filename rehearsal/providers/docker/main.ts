import { readFileSync } from "node:fs";
import { serve } from "../protocol/serve.ts";
import { dockerPlugin } from "./docker-plugin.ts";

await serve(dockerPlugin(readFileSync(new URL("version", import.meta.url), "utf8").trim()));
