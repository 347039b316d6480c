import { readFileSync } from "node:fs";
import type { JsonObject } from "../../protocol/property-value.ts";

const block = 512;

/** The tar file with which the genuine provider sends one upload to the engine. */
export function uploadArchive(upload: JsonObject): Buffer {
  const text = (name: string): string => String(upload[name] ?? "");
  const given = ["content", "contentBase64", "source"].filter((name) => text(name) !== "");
  if (given.length !== 1) {
    const which = "'content', 'content_base64', or 'source'";
    const rule = given.length === 0 ? `one of ${which} must be set` : `only one of ${which} can be set`;
    throw new Error(`error with upload content: ${rule}`);
  }
  const content =
    given[0] === "source"
      ? readFileSync(text("source"))
      : Buffer.from(text(given[0]!), given[0] === "contentBase64" ? "base64" : "utf8");
  const mode = text("permissions") || (upload["executable"] === true ? "0744" : "0644");
  const padding = Buffer.alloc((block - (content.length % block)) % block);
  return Buffer.concat([header(text("file"), mode, content.length), content, padding, Buffer.alloc(2 * block)]);
}

/** A POSIX.1-1988 header. The name can have 100 bytes, which is enough for the uploads here. */
function header(file: string, mode: string, size: number): Buffer {
  const bytes = Buffer.alloc(block);
  const put = (text: string, at: number): void => void bytes.write(text, at, "utf8");
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;
  if (Buffer.byteLength(file) > 100)
    throw new Error(`${file}: the fake does not upload files whose name has more than 100 bytes`);
  put(file, 0);
  put(octal(Number.parseInt(mode, 8), 8), 100);
  put(octal(0, 8), 108);
  put(octal(0, 8), 116);
  put(octal(size, 12), 124);
  put(octal(Math.floor(Date.now() / 1000), 12), 136);
  put(" ".repeat(8), 148);
  put("0", 156);
  put("ustar\u000000", 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}
