import { connect } from "node:net";

/** Where a host accepts SSH connections. */
export interface SshEndpoint {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Timeout for a connection, in milliseconds. */
const timeout = 3000;

/** Returns the hosts whose SSH port does not accept a connection from this machine. */
export async function unreachableHosts<T extends SshEndpoint>(hosts: readonly T[]): Promise<T[]> {
  const answers = await Promise.all(hosts.map(answersAt));
  return hosts.filter((_, index) => !answers[index]);
}

function answersAt({ address, port }: SshEndpoint): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: address, port, timeout });
    const end = (answers: boolean) => {
      socket.destroy();
      done(answers);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
