/** What wrk counted in one run. */
export interface WrkResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Connections that could not be made. */
  readonly refused: number;
  /** Requests whose connection broke during a write or read. */
  readonly broken: number;
  /** Requests without a response within wrk's 2 s. */
  readonly late: number;
  /** Responses other than 2xx and 3xx. */
  readonly wrong: number;
}

/** One client process with this many connections. With `fresh`, each connection serves only one request. */
export function wrkArguments(load: {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly fresh?: boolean;
}): string[] {
  const header = load.fresh === true ? ["-H", "Connection: close"] : [];
  return ["wrk", "-t", "1", "-c", String(load.connections), "-d", `${load.seconds}s`, ...header, load.url];
}

/** Reads what wrk printed. */
export function readWrk(output: string): WrkResult {
  const [, requests, seconds] = /(\d+) requests in ([\d.]+)(?=s,)/.exec(output) ?? minutes(output);
  if (requests === undefined) throw new Error(`wrk counted nothing: ${output}`);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output) ?? [];
  const [connect, read, write, timeout] = errors.slice(1).map(Number);
  return {
    requests: Number(requests),
    seconds: Number(seconds),
    perSecond: Number(requests) / Number(seconds),
    refused: connect ?? 0,
    broken: (read ?? 0) + (write ?? 0),
    late: timeout ?? 0,
    wrong: Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0),
  };
}

/** From a minute on, wrk prints minutes. */
function minutes(output: string): string[] {
  const [, requests = "", time = ""] = /(\d+) requests in ([\d.]+)m,/.exec(output) ?? [];
  return requests === "" ? [] : ["", requests, String(Number(time) * 60)];
}

/** Requests without a successful response. */
export function failedIn({ refused, broken, late, wrong }: WrkResult): number {
  return refused + broken + late + wrong;
}
