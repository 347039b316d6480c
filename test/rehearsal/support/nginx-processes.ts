import type { Host } from "../../../rehearsal/sandbox/host.ts";

/** The processes of a host's nginx, by their ids on the host. A reload changes the workers, a restart the master too. */
export interface NginxProcesses {
  readonly master: number;
  /** In ascending order. */
  readonly workers: readonly number[];
}

/** @throws when nginx does not run there, or more than once */
export async function nginxProcesses(host: Host): Promise<NginxProcesses> {
  const { stdout } = await host.exec(["ps", "-C", "nginx", "-o", "pid=,args="]);
  const idsOf = (role: string) =>
    stdout
      .split("\n")
      .filter((line) => line.includes(`nginx: ${role} process`) && !line.includes("shutting down"))
      .map((line) => Number.parseInt(line, 10))
      .sort((one, other) => one - other);
  const [master, ...more] = idsOf("master");
  if (master === undefined || more.length > 0)
    throw new Error(`${host.name} does not run exactly one nginx: ${stdout || "none"}`);
  return { master, workers: idsOf("worker") };
}
