import { expect, it } from "vitest";
import { ignoresNodeArgs } from "../../../operations/engine/language-host.ts";

it.each([
  ["3.66.0", true],
  ["v3.66.0", true],
  ["3.9.1", true],
  ["3.66.1", false],
  ["v3.259.0", false],
])("language host %s needs the loader in its environment: %s", (version, needed) => {
  expect(ignoresNodeArgs(version)).toBe(needed);
});
