import { readFileSync } from "node:fs";
import { serve } from "../protocol/serve.ts";
import { kubernetesPlugin } from "./kubernetes-plugin.ts";

const beside = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const { helm } = JSON.parse(beside("settings.json")) as { helm: string };

await serve(kubernetesPlugin(beside("version").trim(), helm));
