import { describe, expect, it } from "vitest";
import { parseImageReference, withDigest } from "../../../components/docker/rancher/image-reference.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("parseImageReference", () => {
  it.each([
    ["nginx", { name: "nginx" }],
    ["nginx:1.30.4", { name: "nginx", tag: "1.30.4" }],
    [`nginx@${digest}`, { name: "nginx", digest }],
    [`nginx:1.30.4@${digest}`, { name: "nginx", tag: "1.30.4", digest }],
    ["registry.example.com:5000/team/nginx", { name: "registry.example.com:5000/team/nginx" }],
    ["registry.example.com:5000/team/nginx:1.30.4", { name: "registry.example.com:5000/team/nginx", tag: "1.30.4" }],
    ["localhost:5000/nginx:v1_2-3.4", { name: "localhost:5000/nginx", tag: "v1_2-3.4" }],
    ["team/a__b/c-d", { name: "team/a__b/c-d" }],
  ])("splits %s into its parts", (text, parts) => {
    expect(parseImageReference(text)).toEqual(parts);
  });

  it.each([
    "",
    "NGINX:1.30.4",
    "nginx:",
    "nginx:-1",
    "nginx:1.30.4 ",
    "nginx::1",
    "nginx@",
    "nginx@sha256:12",
    `nginx@${digest.toUpperCase()}`,
    `nginx@${digest}@${digest}`,
    "https://registry.example.com/nginx",
    "nginx; reboot",
    `nginx:${"1".repeat(129)}`,
    "/nginx",
    "a//b",
  ])("rejects %j", (text) => {
    expect(parseImageReference(text)).toBeUndefined();
  });
});

describe("withDigest", () => {
  it("keeps the tag for readers, and replaces a digest", () => {
    expect(withDigest({ name: "nginx", tag: "1.30.4" }, digest)).toBe(`nginx:1.30.4@${digest}`);
    expect(withDigest({ name: "nginx", digest: "sha256:old" }, digest)).toBe(`nginx@${digest}`);
  });
});
