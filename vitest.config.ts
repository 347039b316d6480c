import { defineConfig } from "vitest/config";

/**
 * One project per tier, so that `npx vitest --project pure` runs what needs nothing but Node.
 * A test file's suffix says its tier: `x.test.ts` is pure, `x.mocks.test.ts`, `x.parts.test.ts`, `x.rehearsal.test.ts`.
 */
const tiers = {
  pure: { include: ["test/**/*.test.ts"], exclude: ["test/**/*.{mocks,parts,rehearsal}.test.ts"], testTimeout: 20_000 },
  mocks: { include: ["test/**/*.mocks.test.ts"], exclude: [], testTimeout: 60_000 },
  parts: { include: ["test/**/*.parts.test.ts"], exclude: [], testTimeout: 300_000 },
  rehearsal: { include: ["test/**/*.rehearsal.test.ts"], exclude: [], testTimeout: 1_200_000 },
};

export default defineConfig({
  test: {
    projects: Object.entries(tiers).map(([name, tier]) => ({
      test: {
        name,
        ...tier,
        hookTimeout: tier.testTimeout,
        // Worlds and engines are heavy, but mostly wait: two files at a time where they are made.
        ...((name === "parts" || name === "rehearsal") && { maxWorkers: 2 }),
        sequence: { groupOrder: Object.keys(tiers).indexOf(name) },
      },
    })),
  },
});
