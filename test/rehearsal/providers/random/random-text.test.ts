import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomText } from "../../../../rehearsal/providers/random/random-text.ts";

const all = { lower: true, upper: true, numeric: true, special: true };
const none = { minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 };

describe("a random text", () => {
  it("has the length, at least the minimums, and no forbidden characters", () => {
    const counts = fc.record({
      minLower: fc.nat(4),
      minUpper: fc.nat(4),
      minNumeric: fc.nat(4),
      minSpecial: fc.nat(4),
    });
    fc.assert(
      fc.property(counts, fc.integer({ min: 16, max: 40 }), (minimums, length) => {
        const text = randomText({ ...all, ...minimums, length, overrideSpecial: "_" });
        const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
        expect(text).toHaveLength(length);
        expect(count(/[a-z]/g)).toBeGreaterThanOrEqual(minimums.minLower);
        expect(count(/[A-Z]/g)).toBeGreaterThanOrEqual(minimums.minUpper);
        expect(count(/[0-9]/g)).toBeGreaterThanOrEqual(minimums.minNumeric);
        expect(count(/_/g)).toBeGreaterThanOrEqual(minimums.minSpecial);
        expect(text).toMatch(/^[a-zA-Z0-9_]+$/);
      }),
    );
  });

  it("is rejected when no text can satisfy the rules", () => {
    const rules = { ...none, length: 3, overrideSpecial: "", ...all };

    expect(() => randomText({ ...rules, minLower: 4 })).toThrow("length is 3, but the minimums add up to 4");
    expect(() => randomText({ ...rules, lower: false, upper: false, numeric: false, special: false })).toThrow(
      "no character class is allowed",
    );
  });
});
