export interface Listener {
  readonly address: string;
  readonly port: number;
}

/** Parses `ss --listening --tcp --numeric --no-header`: ports that other machines can reach. */
export function openListeners(printed: string): Listener[] {
  return printed.split("\n").flatMap((line) => {
    const [, , , local = ""] = line.trim().split(/\s+/);
    const [, address, port] = /^(.*):(\d+)$/.exec(local) ?? [];
    if (address === undefined || isLoopback(address)) return [];
    return [{ address, port: Number(port) }];
  });
}

/**
 * Parses `docker ps --format '{{.Names}}\t{{.Ports}}'`: ports that containers publish beyond loopback, such as
 * `0.0.0.0:443->443/tcp`.
 */
export function publishedBy(printed: string): { readonly name: string; readonly where: string }[] {
  return printed.split("\n").flatMap((line) => {
    const [name = "", ports = ""] = line.split("\t");
    return ports
      .split(", ")
      .filter(
        (where) => where.includes("->") && !isLoopback(where.slice(0, where.lastIndexOf(":", where.indexOf("->")))),
      )
      .map((where) => ({ name, where }));
  });
}

function isLoopback(address: string): boolean {
  return /^(127\.|\[?::1\]?(%|$)|\[?::ffff:127\.)/.test(address);
}
