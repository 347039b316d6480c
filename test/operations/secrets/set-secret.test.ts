import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { removeSecret, setSecret, type SetInCopy } from "../../../operations/secrets/set-secret.ts";

let folder: string;
let path: string;
const text = 'config:\n  rancher:mode: high-availability # ours\n  rancher:replicas: "3"\n';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "set-secret-"));
  path = join(folder, "Pulumi.mine.yaml");
  writeFileSync(path, text);
  chmodSync(path, 0o640);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Behaves like Pulumi: writes the whole file anew, without comments and with a salt. */
const reversed: SetInCopy = (_, before, name, value) => {
  const { config, ...rest } = parse(before) as { config: object };
  const secure = `v1:${[...value].reverse().join("")}`;
  return Promise.resolve(
    stringify({ encryptionsalt: "v1:s", ...rest, config: { ...config, [`rancher:${name}`]: { secure } } }),
  );
};
const file = () => ({ stack: "mine", path });
const read = () => readFileSync(path, "utf8");

it("takes over the encrypted value and its salt, and nothing else that Pulumi wrote; a second time too", async () => {
  await setSecret(file(), "bootstrapPassword", "one", reversed);

  const once = `${text}  rancher:bootstrapPassword:\n    secure: v1:eno\nencryptionsalt: v1:s\n`;
  expect(read()).toBe(once);

  await setSecret(file(), "bootstrapPassword", "two", reversed);
  expect(read()).toBe(once.replace("v1:eno", "v1:owt"));
  await setSecret(file(), "kubeconfig", "k", reversed);
  expect(read()).toBe(once.replace("v1:eno\n", "v1:owt\n  rancher:kubeconfig:\n    secure: v1:k\n"));
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(["Pulumi.mine.yaml"]);
});

it("changes the target of a link", async () => {
  const link = join(folder, "link.yaml");
  symlinkSync(path, link);

  await setSecret({ stack: "link", path: link }, "bootstrapPassword", "one", reversed);

  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(read()).toContain("v1:eno");
});

it("keeps changes that were saved during the encryption", async () => {
  await setSecret(file(), "kubeconfig", "k", (...args) => {
    writeFileSync(path, text.replace("ours", "yours"));
    return reversed(...args);
  });

  expect(read()).toContain("# yours");
  expect(read()).toContain("secure: v1:k");
});

it("leaves the file unchanged if encrypting fails, or its result contains no secret", async () => {
  const failed = () => Promise.reject(new Error("pulumi config set failed: error: incorrect passphrase"));

  await expect(setSecret(file(), "kubeconfig", "k", failed)).rejects.toThrow("incorrect passphrase");
  await expect(setSecret(file(), "kubeconfig", "k", () => Promise.resolve(text))).rejects.toThrow("did not write");

  expect(read()).toBe(text);
});

it("removes a secret, once", async () => {
  await setSecret(file(), "kubeconfig", "k", reversed);
  const salted = `${text}encryptionsalt: v1:s\n`;

  expect(removeSecret(file(), "kubeconfig")).toBe(true);
  expect(read()).toBe(salted);
  expect(removeSecret(file(), "kubeconfig")).toBe(false);
  expect(read()).toBe(salted);
});
