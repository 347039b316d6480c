import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { connectionTo } from "../../components/host/connection.ts";
import { sshHost } from "../../components/host/host.ts";
import { balancerHost, hostKey } from "../support/prod-stack.ts";
import { valueOf } from "../support/value-of.ts";

const host = sshHost(balancerHost());
const jumpHost = { address: "192.0.2.1", user: "jump", port: 2222, hostKey, insecureIgnoreHostKey: false };

describe("connectionTo", () => {
  it("pins the host key, and waits about a minute for a host that reboots", () => {
    expect(connectionTo(host, {})).toEqual({
      host: "192.0.2.10",
      port: 22,
      user: "ops",
      hostKey,
      dialErrorLimit: 18,
      perDialTimeout: 5,
    });
  });

  it("goes through a jump host, whose key is pinned as well", () => {
    expect(connectionTo({ ...host, jumpHost }, {}).proxy).toEqual({
      host: "192.0.2.1",
      port: 2222,
      user: "jump",
      hostKey,
      dialErrorLimit: 18,
      perDialTimeout: 5,
    });
  });

  it("omits the host key only if the stack file does", () => {
    const unpinned = { kind: "ssh", name: "lb-1", address: "192.0.2.10", user: "ops", port: 22 } as const;

    expect(connectionTo({ ...unpinned, insecureIgnoreHostKey: true }, {})).not.toHaveProperty("hostKey");
  });

  it("passes the private key to the host and the jump host, as a secret leaf", async () => {
    const privateKey = pulumi.secret("key");
    const privateKeyPassword = pulumi.secret("password");

    const connection = connectionTo({ ...host, jumpHost }, { privateKey, privateKeyPassword });

    expect(connection).toMatchObject({ privateKey, privateKeyPassword, proxy: { privateKey, privateKeyPassword } });
    expect(await pulumi.isSecret(connection.privateKey as pulumi.Output<string>)).toBe(true);
    expect(await valueOf(connection.privateKey as pulumi.Output<string>)).toBe("key");
  });

  it("uses the SSH agent if no key is given", () => {
    expect(Object.keys(connectionTo(host, {}))).not.toContain("privateKey");
  });

  it("passes no field that the provider does not know, because its error would print the whole connection, key included", () => {
    const more = { ...host, privateAddress: "10.0.0.1", jumpHost: { ...jumpHost, colour: "red" }, surprise: true };

    const { proxy, ...connection } = connectionTo(more, {});

    const known = ["dialErrorLimit", "host", "hostKey", "perDialTimeout", "port", "user"];
    expect(Object.keys(connection).sort()).toEqual(known);
    expect(Object.keys(proxy ?? {}).sort()).toEqual(known);
  });
});
