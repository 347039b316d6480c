import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checksumFor, download } from "../../../tools/toolbox/download.mjs";
import { reachable } from "../../../tools/toolbox/reachable.mjs";
import { temporaryFolder } from "../temporary-folder.ts";

const bytes = Buffer.from("#!/bin/sh\necho v3.19.0\n");
const digest = createHash("sha256").update(bytes).digest("hex");

/** A vendor's server on loopback. Returns its origin. */
async function vendor(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serving = (files: Record<string, string | Buffer>) =>
  vendor((request, response) => {
    const body = files[request.url ?? ""];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });

const from = (origin: string) => ({ url: `${origin}/helm`, checksums: `${origin}/helm.sha256` });

test("an executable with the right checksum is stored completely, and nothing else", async () => {
  const folder = temporaryFolder();
  const origin = await serving({ "/helm": bytes, "/helm.sha256": `${digest}\n` });
  const seen: (number | undefined)[] = [];

  await download(from(origin), folder, "helm", { onBytes: (count, total) => seen.push(count, total) });

  expect(readFileSync(join(folder, "helm"))).toEqual(bytes);
  expect(readdirSync(folder)).toEqual(["helm"]);
  expect(seen).toContain(bytes.length);
});

test("the named members of an archive are unpacked, and no others", async () => {
  const folder = temporaryFolder();
  const packed = temporaryFolder();
  mkdirSync(join(packed, "linux-amd64"));
  writeFileSync(join(packed, "linux-amd64", "helm"), bytes);
  writeFileSync(join(packed, "linux-amd64", "LICENSE"), "text");
  const archive = execFileSync("tar", ["-C", packed, "-cz", "linux-amd64"]);
  const sum = createHash("sha256").update(archive).digest("hex");
  const origin = await serving({ "/helm.tgz": archive, "/sums": `${sum}  helm.tgz\n` });

  const members = { "linux-amd64/helm": "helm" };
  await download({ url: `${origin}/helm.tgz`, checksums: `${origin}/sums`, members }, folder, "helm");

  expect(readFileSync(join(folder, "helm"))).toEqual(bytes);
  expect(readdirSync(folder)).toEqual(["helm"]);
});

describe("rejected, with nothing left behind:", () => {
  async function refused(origin: string, options: Parameters<typeof download>[3] = {}): Promise<string> {
    const folder = temporaryFolder();
    const error = await download(from(origin), folder, "helm", options).then(
      () => undefined,
      (reason: Error) => reason.message,
    );
    expect(readdirSync(folder)).toEqual([]);
    return error ?? "not refused";
  }

  test("a file with another checksum", async () => {
    const other = "0".repeat(64);
    const origin = await serving({ "/helm": bytes, "/helm.sha256": other });

    expect(await refused(origin)).toBe(
      `${origin}/helm has the SHA-256 ${digest}, but ${origin}/helm.sha256 contains ${other}. It is not used.`,
    );
  });

  test("a checksum file without its name", async () => {
    const origin = await serving({ "/helm": bytes, "/helm.sha256": `${digest}  other\n` });

    expect(await refused(origin)).toBe(`${origin}/helm.sha256 names no SHA-256 of helm`);
  });

  test("a file that does not exist", async () => {
    const origin = await serving({ "/helm.sha256": digest });

    expect(await refused(origin)).toBe(`${origin}/helm answers 404 Not Found`);
  });

  test("a truncated file", async () => {
    const origin = await vendor((request, response) => {
      if (request.url !== "/helm") return response.end(digest);
      response.writeHead(200, { "content-length": bytes.length + 5 });
      return response.write(bytes, () => response.destroy());
    });

    expect(await refused(origin)).toMatch(/\/helm ended after \d+ of 28 bytes$/);
  });

  test("a server that goes silent", async () => {
    const origin = await vendor((request, response) => {
      if (request.url === "/helm") response.write("a");
      else response.end(digest);
    });

    const reason = await refused(origin, { timeout: { silence: 150, total: 5_000 } });

    expect(reason).toBe(`${origin}/helm sent nothing for 0.15 s`);
  });

  test("a server that is extremely slow", async () => {
    const origin = await vendor((request, response) => {
      if (request.url !== "/helm") return response.end(digest);
      const drip = setInterval(() => response.write("a"), 20);
      return response.on("close", () => clearInterval(drip));
    });

    const reason = await refused(origin, { timeout: { silence: 1_000, total: 300 } });

    expect(reason).toBe(`${origin}/helm is not complete after 0.3 s`);
  });

  test("an abort by the caller", async () => {
    const origin = await vendor(() => {});
    const signal = AbortSignal.timeout(100);

    expect(await refused(origin, { signal })).toMatch(/aborted due to timeout/);
  });
});

test.each([
  ["a bare digest", digest.toUpperCase(), digest],
  ["sha256sum's lines", `${"1".repeat(64)}  other\n${digest}  helm\n`, digest],
  ["binary mode and a folder", `${digest} *./helm\n`, digest],
  ["a longer name with the same ending", `${digest}  my-helm\n`, undefined],
  ["a page of HTML", "<html>moved</html>", undefined],
])("the checksum in %s", (_, text, expected) => {
  expect(checksumFor("helm", text)).toBe(expected);
});

test("servers are contacted at the same time, once; a silent one counts as out of reach", async () => {
  let asked = 0;
  const good = await vendor((_, response) => {
    asked++;
    response.writeHead(404).end();
  });
  const silent = await vendor(() => {});
  const alsoSilent = await vendor(() => {});
  const closed = "http://127.0.0.1:9";
  const urls = [`${good}/a`, `${good}/b`, `${silent}/a`, `${alsoSilent}/a`, `${closed}/a`];
  const start = performance.now();

  expect(await reachable(urls, 1_000)).toEqual(new Set([good]));
  expect(await reachable(urls, 1_000)).toEqual(new Set([good]));

  // Four seconds, if each silent one had been waited for in turn, twice.
  expect(performance.now() - start).toBeLessThan(3_900);
  expect(asked).toBe(1);
});
