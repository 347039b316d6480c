import { expect, it } from "vitest";
import { checkImage, imageWarning } from "../../../components/stack-file/fields/image-field.ts";
import { defaultNginxImage } from "../../../components/program/versions.ts";

const digest = `sha256:${"0a".repeat(32)}`;

it.each([
  "nginx:1.22.1",
  "nginx:1.29.8-alpine",
  "nginx:1.30.3@" + digest,
  "nginx:1.31.2",
  "r.example.com:5000/n:1.31.0",
])("warns about %s, which has known vulnerabilities", (image) => {
  expect(checkImage(image)).toBeUndefined();
  expect(imageWarning(image)).toMatch(/^is nginx 1\.\d+\.\d+, which has known vulnerabilities\./);
});

it.each([
  defaultNginxImage,
  "nginx:1.30.4",
  "nginx:1.31.3-alpine",
  "nginx:1.32.0",
  `nginx@${digest}`,
  "registry.example.com:5000/team/nginx:2026-11-20",
])("accepts %s", (image) => {
  expect(checkImage(image)).toBeUndefined();
  expect(imageWarning(image)).toBeUndefined();
});
