import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { run } from "../child.mjs";

/**
 * Timeouts of a download, for a stall and in total, in milliseconds.
 * @typedef {{ silence: number, total: number }} Timeout
 */

/** After this time, building would have been faster. */
const timeout = { silence: 10_000, total: 10 * 60_000 };

/**
 * Downloads a tool, verifies its vendor's published checksum, and unpacks it. Nothing is executed or unpacked before
 * the checksum matches.
 *
 * @param {import("../versions.mjs").Download} from
 * @param {string} folder  where the files go
 * @param {string} name of the file, if the download is the executable itself
 * @param {{ onBytes?: (count: number, total: number | undefined) => void, signal?: AbortSignal | undefined,
 *   timeout?: Timeout }} [options]
 * @throws if the download is incomplete, too slow, or has the wrong checksum
 */
export async function download(from, folder, name, options = {}) {
  const { onBytes = () => {}, signal, timeout: { silence, total } = timeout } = options;
  const gaveUp = new AbortController();
  /** @param {string} why */
  const giveUp = (why) => () => gaveUp.abort(new Error(`${from.url} ${why}`));
  const deadline = setTimeout(giveUp(`is not complete after ${total / 1000} s`), total);
  const quiet = setTimeout(giveUp(`sent nothing for ${silence / 1000} s`), silence);
  const either = signal === undefined ? gaveUp.signal : AbortSignal.any([signal, gaveUp.signal]);
  const partial = join(folder, "download.partial");
  try {
    const expected = await publishedChecksum(from, either);
    quiet.refresh();
    const digest = await save(from.url, partial, either, (count, size) => {
      quiet.refresh();
      onBytes(count, size);
    });
    if (digest !== expected) {
      throw new Error(
        `${from.url} has the SHA-256 ${digest}, but ${from.checksums} contains ${expected}. It is not used.`,
      );
    }
    clearTimeout(quiet);
    if (from.members === undefined) await rename(partial, join(folder, name));
    else await unpack(partial, folder, from.members);
  } finally {
    clearTimeout(deadline);
    clearTimeout(quiet);
    await rm(partial, { force: true });
  }
}

/**
 * @param {import("../versions.mjs").Download} from
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function publishedChecksum({ url, checksums }, signal) {
  const response = await get(checksums, signal);
  const digest = checksumFor(basename(new URL(url).pathname), await response.text());
  if (digest === undefined) throw new Error(`${checksums} names no SHA-256 of ${basename(url)}`);
  return digest;
}

/**
 * The SHA-256 of a file in a vendor's checksum file: the bare digest, or lines in the format of `sha256sum`.
 *
 * @param {string} file
 * @param {string} text
 * @returns {string | undefined}  in lower case
 */
export function checksumFor(file, text) {
  for (const line of text.split(/\r?\n/)) {
    const [digest = "", name = file] = line.trim().split(/\s+\*?(?:\.\/)?/);
    if (/^[0-9a-f]{64}$/i.test(digest) && name === file) return digest.toLowerCase();
  }
  return undefined;
}

/**
 * @param {string} url
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {(count: number, total: number | undefined) => void} onBytes
 * @returns {Promise<string>} the SHA-256 of the saved file
 */
async function save(url, path, signal, onBytes) {
  const response = await get(url, signal);
  const length = Number(response.headers.get("content-length")) || undefined;
  const hash = createHash("sha256");
  let count = 0;
  const seen = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      onBytes((count += chunk.length), length);
      done(null, chunk);
    },
  });
  const body = /** @type {import("node:stream/web").ReadableStream} */ (response.body);
  try {
    await pipeline(Readable.fromWeb(body), seen, createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new Error(`${url} ended after ${count} of ${length ?? "unknown"} bytes`, { cause: error });
  }
  return hash.digest("hex");
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<Response>}
 */
async function get(url, signal) {
  const response = await fetch(url, { signal }).catch((error) => {
    if (signal.aborted) throw signal.reason;
    throw new Error(`${url} cannot be reached: ${error.cause?.message ?? error.message}`, { cause: error });
  });
  if (!response.ok) throw new Error(`${url} answers ${response.status} ${response.statusText}`);
  return response;
}

/**
 * Extracts only the named members of an archive.
 *
 * @param {string} archive
 * @param {string} folder
 * @param {Record<string, string>} members
 */
async function unpack(archive, folder, members) {
  const unpacked = join(folder, "unpacked");
  await mkdir(unpacked);
  const { code, tail } = await run(["tar", "-xzf", archive, "-C", unpacked, ...Object.keys(members)]);
  if (code !== 0) throw new Error(`the archive cannot be unpacked: ${tail.join("; ")}`);
  for (const [member, file] of Object.entries(members)) await rename(join(unpacked, member), join(folder, file));
  await rm(unpacked, { recursive: true });
}
