import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { sealedSecret, withoutSecret, withSecret, type SealedSecret } from "../../../operations/secrets/secret-edit.ts";

const sealed: SealedSecret = { secure: "v1:abc:def+/==", provider: { encryptionsalt: "v1:salt=:v1:x:y/z==" } };
const salt = "encryptionsalt: v1:salt=:v1:x:y/z==\n";
const secret = "  rancher:kubeconfig:\n    secure: v1:abc:def+/==\n";

const file = `# yaml-language-server: $schema=./stack.schema.json
# Ours, since 2024.
config:
  rancher:mode:   high-availability   # as agreed
  rancher:replicas: "3"
  rancher:ssh: { user:   ops }

  rancher:cluster:
    distribution: existing
    servers:
      - { name: server-1,   address: 192.0.2.11 } # the old one
  # The rest is to come.
`;
const lines = (text: string) => text.split("\n");

describe("a secret", () => {
  it("is added after the last key, and the salt at the end; no other byte changes", () => {
    const set = withSecret(file, "kubeconfig", sealed);

    expect(set).toBe(file.replace("  # The rest", `${secret}  # The rest`) + salt);
  });

  it("keeps comments with the lines they are indented under", () => {
    const before = "config:\n  rancher:docker:\n    host: local # here\n\n    # memory: 8g\n    # cpus: 4\n";
    const after = "\n  # outside\n# at the end\n";

    expect(withSecret(before + after, "kubeconfig", { ...sealed, provider: {} })).toBe(before + secret + after);
  });

  it("replaces the old one, and leaves the salt alone", () => {
    const once = withSecret(file, "kubeconfig", sealed);

    const twice = withSecret(once, "kubeconfig", { ...sealed, secure: "v1:other:==" });

    expect(twice).toBe(once.replace("v1:abc:def+/==", "v1:other:=="));
  });

  it.each([
    ["in braces", 'config:\n  rancher:kubeconfig: { secure: "v1:old" } # mine\n  rancher:mode: x\n'],
    [
      "in lines with a comment",
      "config:\n  rancher:kubeconfig: # mine\n    secure: v1:old # of May\n  rancher:mode: x\n",
    ],
    ["without a namespace", "config:\n  kubeconfig:\n      secure: v1:old\n"],
  ])("replaces one %s", (_, text) => {
    expect(withSecret(text, "kubeconfig", { ...sealed, provider: {} })).toBe(
      text.replace(/"?v1:old"?/, "v1:abc:def+/=="),
    );
  });

  it.each([
    ["text", "in plain text", ""],
    ["quoted text", "'in plain text'", ""],
    ["text of several lines", "|\n    in\n\n    clear\n", "\n"],
    ["quoted text of several lines", '"in\n    clear"', ""],
  ])("replaces %s in plain text, and nothing else", (_, clear, end) => {
    const around = (value: string) => `config:\n  rancher:kubeconfig: ${value}\n  rancher:mode:   x # mine\n`;

    expect(withSecret(around(clear), "kubeconfig", { ...sealed, provider: {} })).toBe(
      around(`{ secure: ${sealed.secure} }${end}`),
    );
  });

  it("replaces an empty value", () => {
    expect(withSecret("config:\n  rancher:kubeconfig: # mine\n", "kubeconfig", { ...sealed, provider: {} })).toBe(
      `config:\n  rancher:kubeconfig: { secure: ${sealed.secure} } # mine\n`,
    );
  });

  it.each([
    ["a block of text", "config:\n  rancher:tls:\n    certificate: |\n      PEM\n\n# end\n"],
    ["braces over several lines", "config:\n  rancher:ssh: {\n    user: ops, # me\n  }\n"],
    ["a key without a value", "config:\n  rancher:mode: x\n  rancher:tls:\n"],
    ["a file without a last line end", "config:\n  rancher:mode: x"],
    ["Windows' line ends", "config:\r\n  rancher:mode: x # a\r\n\r\n  rancher:replicas: 3\r\n"],
    ["other keys behind config", "config:\n  rancher:mode: x\n\nencryptionsalt: v1:salt=:v1:x:y/z==\n# end\n"],
    [
      "no indent",
      "secretsprovider: passphrase\nconfig:\n    rancher:mode: x\n    rancher:list:\n    - a\n    - b # last\n",
    ],
    ["braces", "config: { rancher:mode: x } # end\n"],
    ["nothing in braces", "config: {}\n"],
  ])("is added after %s, with every line of the file unchanged", (_, text) => {
    const set = withSecret(text, "kubeconfig", sealed);

    const { config, ...top } = parse(text) as { config: object };
    expect(parse(set)).toEqual({
      ...top,
      encryptionsalt: sealed.provider.encryptionsalt,
      config: { ...config, "rancher:kubeconfig": { secure: sealed.secure } },
    });
    expect(set.includes("\r\n")).toBe(text.includes("\r\n"));
    expect(set.replaceAll("\r\n", "").includes("\r")).toBe(false);
    if (!text.startsWith("config: {"))
      for (const line of lines(text).filter((one) => one.trim() !== "")) expect(lines(set)).toContain(line);
  });

  it("adds the salt and provider if Pulumi created new ones", () => {
    const text = "encryptionsalt: v1:old # first\nconfig:\n  rancher:mode: x\n";

    expect(
      withSecret(text, "kubeconfig", { secure: "v1:a", provider: { encryptionsalt: "v1:new", encryptedkey: "k" } }),
    ).toBe(
      "encryptionsalt: v1:new # first\nconfig:\n  rancher:mode: x\n  rancher:kubeconfig:\n    secure: v1:a\nencryptedkey: k\n",
    );
  });

  it("is removed with its lines alone", () => {
    const set = withSecret(file, "kubeconfig", { ...sealed, provider: {} });
    const first = `config:\n${secret}  rancher:mode: x # a\n`;

    expect(withoutSecret(set, "kubeconfig")).toBe(file);
    expect(withoutSecret(first, "kubeconfig")).toBe("config:\n  rancher:mode: x # a\n");
    expect(parse(withoutSecret(`config:\n${secret}`, "kubeconfig"))).toEqual({ config: {} });
    expect(parse(withoutSecret("config: { rancher:kubeconfig: { secure: a }, b: c }\n", "kubeconfig"))).toEqual({
      config: { b: "c" },
    });
  });
});

describe("Pulumi's encrypted output", () => {
  it("is read with everything that decrypts it", () => {
    const written = `secretsprovider: awskms://x\nencryptedkey: k==\nconfig:\n  rancher:replicas: "3"\n${secret}`;

    expect(sealedSecret(written, "kubeconfig")).toEqual({
      secure: sealed.secure,
      provider: { secretsprovider: "awskms://x", encryptedkey: "k==" },
    });
  });

  it("is refused if it is in plain text or missing, and not quoted", () => {
    for (const text of ["config:\n  rancher:kubeconfig: canary\n", "config:\n  rancher:mode: canary\n"])
      expect(() => sealedSecret(text, "kubeconfig")).toThrow("Pulumi did not write rancher:kubeconfig as a secret.");
  });
});
