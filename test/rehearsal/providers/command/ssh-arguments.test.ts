import { describe, expect, it } from "vitest";
import type { Connection } from "../../../../rehearsal/providers/command/command-inputs.ts";
import { knownHosts, sshArguments } from "../../../../rehearsal/providers/command/ssh-arguments.ts";

const hop = { host: "192.0.2.1", port: 22, user: "ops", dialErrorLimit: 10, perDialTimeout: 15 };
const pin = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA";
const files = { agent: "agent-a", proxyAgent: "agent-b", log: "log-1", proxyLog: "log-1-proxy" };

describe("the command line of ssh", () => {
  it("contains neither the key nor a variable's value, only the variable's name", () => {
    const connection: Connection = {
      ...hop,
      privateKey: "canary-key",
      hostKey: pin,
      proxy: { ...hop, host: "192.0.2.9", privateKey: "canary-proxy-key" },
    };

    const line = sshArguments(connection, "true", ["GREETING"], files).join("\n");

    expect(line).not.toContain("canary");
    expect(line).toContain("SendEnv=GREETING");
  });

  it("ends with the host and the whole script as one argument, which option parsing does not reach", () => {
    const script = "-oProxyCommand=evil\necho '$x'\n";

    expect(sshArguments(hop, script, [], files).slice(-3)).toEqual(["--", "192.0.2.1", script]);
  });

  it("uses no configuration and no key of the user", () => {
    const line = sshArguments(hop, "true", [], { log: "log-1", proxyLog: "p" });

    expect(line.slice(0, 2)).toEqual(["-F", "/dev/null"]);
    expect(line).toEqual(expect.arrayContaining(["IdentityFile=none", "IdentityAgent=none", "BatchMode=yes"]));
  });

  it("pins the key and its type, by a name that does not depend on the address", () => {
    const line = sshArguments({ ...hop, hostKey: `${pin} comment` }, "true", [], files);

    expect(line).toEqual(expect.arrayContaining(["StrictHostKeyChecking=yes", "HostKeyAlgorithms=ssh-ed25519"]));
    expect(knownHosts({ ...hop, hostKey: `${pin} comment` })?.line).toBe(`pinned ${pin}\n`);
  });

  it("verifies nothing without a pin, like the genuine provider", () => {
    expect(sshArguments(hop, "true", [], files)).toContain("StrictHostKeyChecking=no");
    expect(knownHosts(hop)).toBeUndefined();
  });

  it("quotes the arguments that a shell passes to a jump host, and doubles per cent signs", () => {
    const proxy = { ...hop, host: "192.0.2.9", user: "o'ps%h; reboot" };

    const command = sshArguments({ ...hop, proxy }, "true", [], files).find((word) => word.startsWith("ProxyCommand="));

    expect(command).toContain(`'o'\\''ps%%h; reboot'`);
    expect(command).toContain(`-W '[192.0.2.1]:22' -- 192.0.2.9`);
  });

  it.each(["", "ssh-ed25519", "@cert-authority ssh-ed25519 AAAA", "host ssh-ed25519 AAAA$(x)"])(
    "rejects %j as a host key",
    (hostKey) => {
      const wrong = hostKey === "host ssh-ed25519 AAAA$(x)" ? "ssh-ed25519 AAAA$(x)" : hostKey;
      expect(() => sshArguments({ ...hop, hostKey: wrong }, "true", [], files)).toThrow("failed to parse host key");
    },
  );
});
