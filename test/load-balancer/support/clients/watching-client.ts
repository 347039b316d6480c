import { request } from "node:https";
import { createGunzip } from "node:zlib";
import type { Target } from "./asking.ts";

/** Requests a compressed watch. Returns its first event while the watch is still open, and the encoding. */
export function firstOfWatch(target: Target, path: string): Promise<{ encoding: string | undefined; text: string }> {
  const { address, port, hostname, ca } = target;
  const headers = { host: hostname, "accept-encoding": "gzip" };
  const options = { host: address, port, path, agent: false, servername: hostname, ca, headers };
  return new Promise((done, failed) => {
    const watch = request(options, (response) => {
      const encoding = response.headers["content-encoding"];
      const decoded = encoding === "gzip" ? response.pipe(createGunzip()) : response;
      decoded.on("error", failed).once("data", (data: Buffer) => {
        done({ encoding, text: data.toString() });
        watch.destroy();
      });
    });
    watch.setTimeout(10_000, () => watch.destroy(new Error("no event for 10 s")));
    watch.on("error", failed).end();
  });
}
