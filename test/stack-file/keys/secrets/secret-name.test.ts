import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { secretFault } from "../../../../components/stack-file/keys/secrets/secret-fault.ts";
import { secretNames } from "../../../../components/stack-file/keys/secrets/secret-keys.ts";
import { secretNamed, uselessIn } from "../../../../components/stack-file/keys/secrets/secret-name.ts";
import { kubeconfig } from "../../../stack-files/stack-file-case.ts";

describe("the name of a secret", () => {
  it.each(secretNames)("may be %s, with or without the namespace", (name) => {
    expect(secretNamed(name)).toEqual({ name });
    expect(secretNamed(`rancher:${name}`)).toEqual({ name });
  });

  it.each([
    ["kubecofnig", '"kubecofnig" is not a secret key. Did you mean kubeconfig?'],
    ["sshprivatekey", '"sshprivatekey" is not a secret key. Did you mean sshPrivateKey?'],
    ["hostname", "rancher:hostname is not secret. Write it in the stack file, so that previews show its changes."],
    ["rancher:docker", "rancher:docker is not secret. Write it in the stack file, so that previews show its changes."],
    ["colour", `"colour" is not a secret key. Secret keys: ${secretNames.slice(0, -1).join(", ")} and k3sRegistries.`],
    ["toString", expect.stringContaining('"toString" is not a secret key.') as unknown],
  ])("cannot be %s", (word, fault) => {
    expect(secretNamed(word)).toEqual({ fault });
  });

  it("is one that the mode uses", () => {
    expect(uselessIn("high-availability", "kubeconfig")).toBeUndefined();
    expect(uselessIn("single-node", "kubeconfig")).toMatch(
      /^rancher:kubeconfig is not used in mode single-node\. Secret keys of this mode: sshPrivateKey, .* and k3sRegistries\.$/,
    );
  });
});

describe("the value of a secret", () => {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });

  it.each([
    ["kubeconfig", kubeconfig],
    ["sshPrivateKey", privateKey],
    ["tlsPrivateKey", privateKey],
    ["sitePrivateKeys", `${privateKey}${privateKey}`],
    ["bootstrapPassword", "canary-canary"],
    ["proxyCredentials", "user:canary"],
  ] as const)("is accepted: %s", (name, value) => {
    expect(secretFault(name, value)).toBeUndefined();
  });

  it.each([
    ["kubeconfig", " \n", "is empty"],
    ["kubeconfig", "~/.kube/canary", "looks like a path"],
    ["sshPrivateKey", "ssh-ed25519 canary", "is a public key"],
    ["tlsPrivateKey", "certificates/canary.key", "is not a PEM private key"],
    ["tlsPrivateKey", privateKey.replace("PRIVATE KEY-----\n", "PRIVATE KEY-----\ncanary"), "cannot be read"],
    ["sitePrivateKeys", "canary", "holds no PEM private key"],
    ["sitePrivateKeys", privateKey.slice(0, -40), "holds a private key that is cut off"],
    [
      "sitePrivateKeys",
      `${privateKey}${privateKey.replace("\nM", "\ncanary")}`,
      "holds a key, number 2 of 2, that cannot",
    ],
    ["bootstrapPassword", "canary", "has fewer than the 12 characters"],
    ["chartRepositoryCredentials", "canary", "is not USER:PASSWORD"],
  ] as const)("is rejected and not quoted: %s", (name, value, fault) => {
    const message = secretFault(name, value);

    expect(message).toContain(fault);
    expect(message).not.toContain("canary");
  });
});
