import { createPrivateKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { matchPrivateKeys } from "../../components/tls/private-key-matches.ts";
import { make, middle, server } from "./private-authority.ts";
import type { Issued } from "../support/certificates.ts";

const wiki = await server({ name: "wiki.example.com", hosts: ["wiki.example.com"] });
const chat = await server({ name: "chat.example.com", hosts: ["chat.example.com"], kind: "rsa2048" });
const stranger = await make({ name: "Stranger" });

const certificate = (name: string, { pem }: Issued) => ({ name, key: `sites.${name}`, chain: `${pem}\n${middle.pem}` });
const both = [certificate("wiki", wiki), certificate("chat", chat)];

const match = (text: string, certificates = both) => {
  const { keys, faults } = matchPrivateKeys(text, certificates);
  return { keys: Object.fromEntries(keys), faults };
};

describe("keys of several certificates", () => {
  it("are matched by their public keys, in any order and among other text", () => {
    const text = `RSA\n${chat.key}\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${wiki.key}`;

    expect(match(text)).toEqual({ keys: { wiki: `${wiki.key}\n`, chat: `${chat.key}\n` }, faults: [] });
  });

  it("may use the older PEM formats", () => {
    const sec1 = String(createPrivateKey(wiki.key).export({ type: "sec1", format: "pem" }));
    const pkcs1 = String(createPrivateKey(chat.key).export({ type: "pkcs1", format: "pem" }));

    expect(match(sec1 + pkcs1)).toEqual({ keys: { wiki: sec1, chat: pkcs1 }, faults: [] });
  });

  it("may serve several certificates, and be listed twice", async () => {
    const again = await server({ name: "wiki.example.org", keys: wiki.keys });
    const { keys, faults } = match(`${wiki.key}\n${wiki.key}`, [
      certificate("wiki", wiki),
      certificate("again", again),
    ]);

    expect(keys).toEqual({ wiki: `${wiki.key}\n`, again: `${wiki.key}\n` });
    expect(faults).toEqual([]);
  });

  it("are reported if some are missing and one matches nothing", () => {
    expect(match(`${wiki.key}\n${stranger.key}`)).toEqual({
      keys: { wiki: `${wiki.key}\n` },
      faults: [
        'holds no key for sites.chat, "chat.example.com". Add the one it was requested with.',
        "holds a key, number 2 of 2, that fits no site's certificate. Take it out.",
      ],
    });
  });

  it("are reported if they are encrypted, of SSH, or damaged, beside a good one", () => {
    const encrypted = createPrivateKey(chat.key).export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "canary",
    });
    const old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\ncanary\n-----END RSA PRIVATE KEY-----";
    const ssh = "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----";
    const damaged = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----";
    const how = "is encrypted with a passphrase, and nginx cannot ask for one. Decrypt it: openssl pkey -in FILE";

    expect(match([wiki.key, encrypted, old, ssh, damaged].join("\n"), [certificate("wiki", wiki)])).toEqual({
      keys: { wiki: `${wiki.key}\n` },
      faults: [
        `holds a key, number 2 of 5, that ${how}`,
        `holds a key, number 3 of 5, that ${how}`,
        "holds a key, number 4 of 5, that is an SSH key. Set the keys of the sites' certificates.",
        "holds a key, number 5 of 5, that cannot be read: its PEM text is damaged or of an unknown kind. Copy it again.",
      ],
    });
  });

  it("are not reported as unused while a certificate cannot be read, and the chain may be out of order", () => {
    const damaged = { name: "damaged", key: "sites.damaged", chain: "-----BEGIN CERTIFICATE-----" };
    const disordered = { name: "wiki", key: "sites.wiki", chain: `${middle.pem}\n${wiki.pem}` };

    expect(match(`${wiki.key}\n${stranger.key}`, [damaged, disordered])).toEqual({
      keys: { wiki: `${wiki.key}\n` },
      faults: [],
    });
  });

  it.each([
    ["sites.key", "holds no PEM private key. Set the content of the key files, one after another, not their paths."],
    [wiki.pem, "holds a certificate and no private key. Set the keys alone."],
    [wiki.key.slice(0, 60), "holds a private key that is cut off. Copy the whole of it, from BEGIN to END."],
  ])("are missing from a text without any", (text, fault) => {
    expect(match(text)).toEqual({ keys: {}, faults: [fault] });
  });
});
