import { ESLint } from "eslint";
import { expect, it } from "vitest";

const eslint = new ESLint({ cwd: new URL("..", import.meta.url).pathname });

/** Rules that the snippet violates, as if it were in this file. */
async function broken(snippet: string): Promise<(string | null)[]> {
  const results = await eslint.lintText(snippet, { filePath: import.meta.filename });
  return results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
}

const withOutput = (code: string) =>
  `import * as pulumi from "@pulumi/pulumi";\nconst name: pulumi.Output<string> = pulumi.output("lb-1");\n${code}\n`;
// The rule recognises the type by the name of its alias, and so misses the interface pulumi.OutputInstance itself.
const withInstance = (code: string) =>
  `import type * as pulumi from "@pulumi/pulumi";\ntype OutputInstance<T> = { of: pulumi.OutputInstance<T> };\ndeclare const name: OutputInstance<string>;\n${code}\n`;
const withExpect = (code: string) => withOutput(`import { expect } from "vitest";\n${code}`);

it.each([
  [
    "an Output in a template literal",
    withOutput("export const text = `host ${name}`;"),
    "@pulumi/no-output-in-template-literal",
  ],
  [
    "an OutputInstance in a template literal",
    withInstance("export const text = `host ${name}`;"),
    "@pulumi/no-output-instance-in-template-literal",
  ],
  [
    "expect in apply",
    withExpect('export const text = name.apply((value) => expect(value).toBe("lb-1"));'),
    "no-restricted-syntax",
  ],
  [
    "expect.soft in apply, in a block",
    withExpect('export const text = name.apply((value) => { expect.soft(value).toBe("lb-1"); });'),
    "no-restricted-syntax",
  ],
])("%s is an error", async (_what, snippet, rule) => {
  expect(await broken(snippet)).toEqual([rule]);
});

it("pulumi.interpolate, and expect after apply, are allowed", async () => {
  expect(await broken(withOutput("export const text = pulumi.interpolate`host ${name}`;"))).toEqual([]);
  expect(
    await broken(withExpect("export const text = name.apply((value) => value + 1);\nexpect(text).toBeDefined();")),
  ).toEqual([]);
});
