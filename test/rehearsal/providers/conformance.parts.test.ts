import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { pluginFolder } from "../../../rehearsal/providers/genuine-plugin.ts";
import { playedProviders, sdkVersion, type PlayedProvider } from "../../../rehearsal/providers/install.ts";
import { commandConforms } from "./command-conformance.ts";
import { randomConforms } from "./random-conformance.ts";
import { ScratchEngine, type Kind } from "./scratch-engine.ts";

const userPulumiHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
const isRoot = process.getuid?.() === 0;
const genuine = new Set<PlayedProvider>(
  playedProviders.filter((name) => existsSync(join(userPulumiHome, "plugins", pluginFolder(name, sdkVersion(name))))),
);

/** The same statements about both kinds: they are how the genuine plugins behave. */
describe.each<Kind>(["stand-in", "genuine"])("%s provider plugins", (kind) => {
  let engine: ScratchEngine | undefined;
  beforeAll(async () => {
    if (kind === "stand-in" || genuine.size > 0) engine = await ScratchEngine.start(kind, userPulumiHome);
  });
  afterAll(() => engine?.remove());
  const started = () => engine!;
  const missing = (name: PlayedProvider) => kind === "genuine" && !genuine.has(name);

  describe.skipIf(missing("random"))("random", () => randomConforms(started));
  describe.skipIf(missing("command") || !isRoot)("command", () => commandConforms(started));
});
