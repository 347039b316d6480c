import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import pc from "picocolors";
import { afterAll, describe, expect, it, vi } from "vitest";
import { filesBeside } from "../../components/program/read-file.ts";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import type { StackFileSource } from "../../components/stack-file/stack-file.ts";
import { modeSchemas } from "../../components/stack-file/mode-schemas.ts";
import { UserError } from "../../operations/user-error.ts";
import { configReport } from "../../operations/report/config-report.ts";
import { readStackYaml } from "../../operations/stack/stack-yaml.ts";
import { placesIn, withValueAt } from "../stack-files/schema-places.ts";
import { goodSingleNode, goodSource } from "../stack-files/stack-file-case.ts";

// A fixed seed, so that a failure repeats everywhere. FUZZ_SEED=$RANDOM FUZZ_RUNS=100 tests more; a failure names its
// seed.
const search = {
  seed: Number(process.env["FUZZ_SEED"] ?? 20261129),
  numRuns: Number(process.env["FUZZ_RUNS"] ?? 4),
};

// Seconds; more on a busy machine or with a large FUZZ_RUNS.
vi.setConfig({ testTimeout: 20_000 * search.numRuns });

const folder = mkdtempSync(join(tmpdir(), "hostile-"));
writeFileSync(join(folder, "a.pem"), "not PEM");
afterAll(() => rmSync(folder, { recursive: true }));

const modes = [
  { mode: "high-availability", good: goodSource() },
  { mode: "single-node", good: goodSingleNode() },
] as const;

/** Characters that control a terminal, and those that reverse or hide text. */
const obeyed = [
  "\u001b[31m",
  "\u001b]0;title\u0007",
  "\u0000",
  "\r",
  "\n",
  "\u0085",
  "\u009b2J",
  "\u202e",
  "\u2066",
  "\u2028",
];

const hostile = [
  ...obeyed.flatMap((sign) => [sign, `rancher.example.com${sign}`, `http://a${sign}.example.com:1/`, `/a${sign}b`]),
  ...obeyed.map((sign) => `-----BEGIN CERTIFICATE-----\n${sign}\n-----END CERTIFICATE-----\n`),
  ...[
    "-",
    "-oProxyCommand=id",
    "--help",
    "../..",
    "../../../etc/shadow",
    "/dev/zero",
    "/proc/self/environ",
    "~/.ssh/id_rsa",
  ],
  ...["__proto__", "constructor", "toString", "$(id)", "`id`", "%s%n", "{{ . }}", "${x}", "'", '"', "\\", " ", ""],
  ...["yes", "null", "~", "2026-01-01", "0x7f000001", "1e1000", "NaN", "-0", "\ufeff", "\ud800", "ﷺ".repeat(40)],
];

const large = ["a", "a.", "/", ":", "-", "a@", "1", "-----BEGIN ", "[", "http://", "é"].map((unit) =>
  unit.repeat(100_000 / unit.length),
);

const hostileTexts = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.tuple(fc.string(), fc.constantFrom(...obeyed), fc.string()).map((parts) => parts.join("")),
);

/**
 * Everything `check-config` would print. Accepted values may contain line breaks and tabs, and no other control
 * character.
 */
function answerTo(source: StackFileSource): string {
  const read = readSettings(source);
  const accepted = "settings" in read ? textsIn(read.settings).join("") : "";
  expect(accepted.match(/(?![\n\r\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu)).toBeNull();
  return configReport("Pulumi.x.yaml", source, read, pc.createColors(false)).text;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

/** What would reach the terminal other than text and line breaks. */
const controls = (text: string) => text.match(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu) ?? [];

describe.each(modes)("a stack file of mode $mode", ({ mode, good }) => {
  const { texts, mappings } = placesIn(modeSchemas[mode].nodes);
  const withValues = (values: Record<string, unknown>) => answerTo({ ...good, values, readFile: filesBeside(folder) });
  const answered = (values: Record<string, unknown>, key: string) => {
    const text = withValues(values);
    expect(controls(text), `at ${key}`).toEqual([]);
    expect(text.length, `at ${key}`).toBeLessThan(8_000);
  };

  it("is processed with any text at any key", () => {
    fc.assert(
      fc.property(fc.array(hostileTexts, { minLength: texts.length, maxLength: texts.length }), (values) => {
        for (const [index, place] of texts.entries())
          answered(withValueAt(good.values, place, values[index]), place.path.join("."));
      }),
      search,
    );
  });

  it("is processed with a text of any size", () => {
    for (const [index, place] of texts.entries())
      answered(withValueAt(good.values, place, large[index % large.length]), place.path.join("."));
  });

  it("is processed with any key", () => {
    const keys = fc.oneof(hostileTexts, fc.constantFrom(...large));

    fc.assert(
      fc.property(
        fc.array(keys, { minLength: mappings.length, maxLength: mappings.length }),
        fc.jsonValue(),
        (names, value) => {
          for (const [index, { path, choices }] of mappings.entries()) {
            const key = [...path, names[index] ?? ""];
            answered(withValueAt(good.values, { path: key, choices }, value), key.join("."));
          }
        },
      ),
      search,
    );
  });
});

describe("a stack file's YAML", () => {
  const odd = [
    ...[
      "2026-01-01",
      ".nan",
      "-.inf",
      "0o17",
      "0x1F",
      "1_000",
      "1e1000",
      "yes",
      "~",
      "''",
      "!!binary aGk=",
      "!!set { a }",
    ],
    ...[
      "!!omap [a: 1]",
      "!!timestamp 2026-01-01",
      "!!js/function 'x'",
      "!unknown x",
      "*missing",
      "&a [*a]",
      "{ <<: {} }",
    ],
    ...[
      "{ ? [a, b] : c }",
      "{ 1: a, null: b, true: c }",
      "[[[[[[]]]]]]",
      '"\\e[31m"',
      '"\\u202e"',
      "|\n    a\n    b",
      "a: b: c",
    ],
    ...[
      "%TAG ! tag:x,2000:",
      "--- a",
      "\u001b[31m",
      "\u0000",
      "'",
      "{",
      "@x",
      "`x`",
      "\t- a",
      "&a a",
      "{ __proto__: { x: 1 } }",
    ],
  ];
  const keys = [
    "rancher:hostname",
    "rancher:loadBalancer",
    "rancher:chartValues",
    "rancher:\u001b[31m",
    "__proto__",
    "config",
    "? [a]",
  ];

  it("yields a report or an error of ours", () => {
    const path = join(folder, "Pulumi.x.yaml");
    for (const key of keys) {
      for (const value of odd) {
        writeFileSync(path, `config:\n  rancher:mode: high-availability\n  ${key}: ${value}\n`);
        expect(controls(readAnswer(path)), `${key}: ${value}`).toEqual([]);
      }
    }
  });

  function readAnswer(path: string): string {
    try {
      return answerTo(readStackYaml(path, new Date()));
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
  }
});
