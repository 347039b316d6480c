import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const sources = dirname(fileURLToPath(import.meta.url));

/** A fake that is installed into a plugin folder. */
export interface FakePlugin {
  readonly name: string;
  readonly version: string;
  /** The plugin's folder: `<Pulumi home>/plugins/resource-<name>-v<version>`. */
  readonly folder: string;
  /** Settings of the fake, written to `settings.json` in its folder. No secrets. */
  readonly settings?: { readonly [setting: string]: string };
}

/**
 * Creates the plugin folder of a fake: its program, and the executable that starts it with this Node. The program is
 * bundled into one file, because every preview starts three plugins: a bundled one is ready about 40 ms after Node, and
 * the generated CommonJS messages need no interoperation with ES modules.
 */
export async function makeFakePlugin({ name, version, folder, settings = {} }: FakePlugin): Promise<void> {
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  await build({
    entryPoints: [join(sources, name, "main.ts")],
    outfile: join(making, "plugin.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minifySyntax: true,
    minifyWhitespace: true,
    // The bundled CommonJS packages call require() for Node's own modules.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
  await writeFile(join(making, "version"), `${version}\n`);
  await writeFile(join(making, "settings.json"), `${JSON.stringify(settings)}\n`);
  const program = join(making, `pulumi-resource-${name}`);
  await writeFile(program, starter(process.execPath));
  await chmod(program, 0o755);
  await rm(folder, { recursive: true, force: true });
  await rename(making, folder);
}

/** `exec`, so that the engine's child is the plugin itself; without the program's own Node options. */
function starter(node: string): string {
  return `#!/bin/sh\nunset NODE_OPTIONS\nexec '${node.replaceAll("'", `'\\''`)}' "\${0%/*}/plugin.mjs" "$@"\n`;
}
