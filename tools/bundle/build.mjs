import { renameSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const clone = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundles the Pulumi program and the command line into a folder, which appears only when it is complete.
 *
 * @param {string} folder
 */
async function bundleInto(folder) {
  const draft = `${folder}.${process.pid}`;
  try {
    await build({
      absWorkingDir: clone,
      entryPoints: {
        program: "index.ts",
        cli: "operations/main.ts",
        "ingress-node": "rehearsal/fakes/ingress/ingress-node.ts",
      },
      outdir: draft,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "node20",
      minifySyntax: true,
      sourcemap: "linked",
      sourcesContent: false,
      // The engine loads the first itself, and there must be only one copy. Few commands need the others, which load
      // from disk.
      external: ["@pulumi/pulumi", "esbuild", "prettier", "typescript"],
      // Bundled CommonJS packages call require() for Node's own modules.
      banner: {
        js: 'import { createRequire as bundledRequire } from "node:module"; const require = bundledRequire(import.meta.url);',
      },
      define: { "import.meta.url": "sourceUrl", "import.meta.dirname": "sourceFolder" },
      plugins: [sourceLocations],
      logLevel: "silent",
    });
    renameSync(draft, folder);
  } catch (error) {
    // Another process may have built the same bundle meanwhile.
    if (!["ENOTEMPTY", "EEXIST"].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? "")) {
      console.error(/** @type {Error} */ (error).message);
      process.exitCode = 1;
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Modules find files beside them through `import.meta`, which in a bundle is the bundle's. This gives each module its
 * own location.
 * @type {import("esbuild").Plugin}
 */
const sourceLocations = {
  name: "source-locations",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      if (!/import\.meta\.(url|dirname)/.test(text)) return undefined;
      const location = `const sourceUrl = ${JSON.stringify(pathToFileURL(path).href)}, sourceFolder = ${JSON.stringify(dirname(path))};`;
      return { contents: location + text, loader: path.endsWith("ts") ? "ts" : "js", resolveDir: dirname(path) };
    });
  },
};

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error(`usage: node ${relative(process.cwd(), join(clone, "tools/bundle/build.mjs"))} FOLDER`);
  process.exitCode = 2;
} else {
  await bundleInto(folder);
}
