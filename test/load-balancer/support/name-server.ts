import { createSocket } from "node:dgram";

/** A DNS server for IPv4 addresses of names that a test can change. */
export interface NameServer {
  /** `192.0.2.1:5353`, as nginx's `resolver` takes it. */
  readonly address: string;
  /** By name. Other names do not exist. */
  readonly known: Map<string, string>;
  close(): void;
}

/** Starts a name server; RFC 1035, as far as nginx needs it. */
export async function startNameServer(address: string): Promise<NameServer> {
  const known = new Map<string, string>();
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => socket.send(answer(query, known), from.port, from.address));
  await new Promise<void>((done) => socket.bind(0, address, done));
  return { address: `${address}:${socket.address().port}`, known, close: () => void socket.close() };
}

function answer(query: Buffer, known: ReadonlyMap<string, string>): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(12, at + 5);
  const wantsIPv4 = query.readUInt16BE(at + 1) === 1;
  const address = known.get(labels.join("."));
  const found = wantsIPv4 && address !== undefined;
  const head = Buffer.from(query.subarray(0, 12));
  // A response, recursion available; NXDOMAIN if the name is not known.
  head.writeUInt16BE(0x8180 | (address === undefined ? 3 : 0), 2);
  for (const [offset, count] of [
    [4, 1],
    [6, found ? 1 : 0],
    [8, 0],
    [10, 0],
  ] as const) {
    head.writeUInt16BE(count, offset);
  }
  if (!found) return Buffer.concat([head, question]);
  // Name as in the question, A, IN, 600 s, four bytes.
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 2, 0x58, 0, 4, ...address.split(".").map(Number)]);
  return Buffer.concat([head, question, record]);
}
