import { describe, expect, it } from "vitest";
import { dialFailure, isBrokenOff } from "../../../../rehearsal/providers/command/dial-failure.ts";

const hop = { host: "192.0.2.1", port: 22, user: "ops", dialErrorLimit: 10, perDialTimeout: 15 };
const letIn = 'Authenticated to 192.0.2.1 ([192.0.2.1]:22) using "publickey".\n';

describe("the reason why a host was not reached", () => {
  it.each([
    [
      "ssh: connect to host 192.0.2.1 port 22: Connection refused",
      "dial tcp 192.0.2.1:22: connect: connection refused",
    ],
    ["ssh: connect to host 192.0.2.1 port 22: Connection timed out", "dial tcp 192.0.2.1:22: i/o timeout"],
    ["ssh: connect to host 192.0.2.1 port 22: No route to host", "dial tcp 192.0.2.1:22: connect: no route to host"],
    ["ssh: Could not resolve hostname 192.0.2.1: Name or service not known", "lookup 192.0.2.1: no such host"],
    ["Host key verification failed.", "ssh: handshake failed: ssh: host key mismatch"],
    ["ops@192.0.2.1: Permission denied (publickey).", "ssh: unable to authenticate"],
    ["Connection timed out during banner exchange", "i/o timeout"],
    ["Connection closed by 192.0.2.1 port 22", "ssh: handshake failed: EOF"],
    ["", "the client gave no reason"],
  ])("maps %j to the genuine provider's message", (log, reason) => {
    expect(dialFailure(hop, `${log}\n`, "")?.reason).toContain(reason);
  });

  it("is empty once the connection succeeds: a command may print anything and exit with any code", () => {
    expect(dialFailure(hop, `${letIn}Connection closed by remote host.\n`, "")).toBeUndefined();
    expect(isBrokenOff(`${letIn}Connection to 192.0.2.1 closed by remote host.\n`)).toBe(true);
    expect(isBrokenOff(`${letIn}Transferred: sent 1, received 2 bytes\n`)).toBe(false);
  });

  it("distinguishes a jump host that refuses from a target that does", () => {
    const connection = { ...hop, proxy: { ...hop, host: "192.0.2.9" } };
    const unopened = `${letIn}channel 0: open failed: connect failed: Connection refused\n`;

    expect(dialFailure(connection, "", "Host key verification failed.\n")?.hop).toBe("proxy");
    expect(dialFailure(connection, "", unopened)).toEqual({
      hop: "target",
      reason: "ssh: rejected: connect failed (Connection refused)",
    });
  });
});
