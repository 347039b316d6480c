import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { tool } from "../../tools/toolbox.mjs";
import { download, pluginFolder, takeInstalled } from "./genuine-plugin.ts";
import { makeFakePlugin } from "./fake-plugin.ts";

/** The providers for which this project has a fake. */
export const fakeProviders = ["command", "docker", "kubernetes", "random"] as const;
export type FakeProvider = (typeof fakeProviders)[number];

/** An installed provider. */
export interface InstalledProvider {
  readonly name: FakeProvider;
  readonly version: string;
  readonly kind: "genuine" | "fake";
  /** Its origin, for the summary. */
  readonly from: string;
}

export interface InstallOptions {
  /** The Pulumi home to install into; its `plugins` folder is created. */
  readonly pulumiHome: string;
  /** The user's Pulumi home. Only its `plugins` folder is read. */
  readonly userPulumiHome?: string;
  /** Whether a missing genuine plugin may be downloaded. @default true */
  readonly download?: boolean;
  /** The providers that the stack needs. @default all of them */
  readonly names?: readonly FakeProvider[];
  /** Install fakes even if a genuine plugin is available. @default false */
  readonly fakesOnly?: boolean;
  readonly progress?: (line: string) => void;
}

/** Installs every provider: the user's genuine plugin, otherwise a downloaded one, otherwise the fake. */
export async function installProviders(options: InstallOptions): Promise<readonly InstalledProvider[]> {
  await mkdir(join(options.pulumiHome, "plugins"), { recursive: true });
  const progress = options.progress ?? (() => undefined);
  let mayDownload = (options.download ?? true) && !options.fakesOnly;
  const installed: InstalledProvider[] = [];
  for (const name of options.names ?? fakeProviders) {
    const version = sdkVersion(name);
    const genuine = options.fakesOnly ? undefined : await haveGenuine(name, version, options, mayDownload, progress);
    // After one failed download, do not wait for the timeout of the others.
    if (genuine === undefined) mayDownload = false;
    installed.push(genuine ?? (await installFake(name, version, options.pulumiHome)));
    const last = installed.at(-1)!;
    progress(`provider ${name} ${version}: ${last.kind} (${last.from})`);
  }
  return installed;
}

/** The version of the installed npm SDK. The engine requires a plugin of exactly that version. */
export function sdkVersion(name: FakeProvider): string {
  const manifest = createRequire(import.meta.url)(`@pulumi/${name}/package.json`) as { version: string };
  return manifest.version.replace(/^v/, "");
}

async function haveGenuine(
  name: FakeProvider,
  version: string,
  { pulumiHome, userPulumiHome }: InstallOptions,
  mayDownload: boolean,
  progress: (line: string) => void,
): Promise<InstalledProvider | undefined> {
  if (userPulumiHome !== undefined && (await takeInstalled(userPulumiHome, name, version, pulumiHome))) {
    return { name, version, kind: "genuine", from: join(userPulumiHome, "plugins") };
  }
  if (!mayDownload) return undefined;
  const pulumi = await tool("pulumi", { progress });
  if (!(await download(pulumi.path, name, version, pulumiHome))) return undefined;
  return { name, version, kind: "genuine", from: "downloaded by the Pulumi CLI" };
}

async function installFake(name: FakeProvider, version: string, pulumiHome: string): Promise<InstalledProvider> {
  const folder = join(pulumiHome, "plugins", pluginFolder(name, version));
  const settings = name === "kubernetes" ? { helm: (await tool("helm")).path } : {};
  await makeFakePlugin({ name, version, folder, settings });
  return { name, version, kind: "fake", from: "this project" };
}
