import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// One more than there are cores, as scripts, sandboxes and engines wait at times; sandboxes need memory too.
const maxWorkers = availableParallelism() + 1;
const light = { maxWorkers, groupOrder: 0 };
const heavy = { maxWorkers: Math.min(maxWorkers, 3), groupOrder: 1 };

/**
 * One project per tier, so that `npx vitest --project pure` runs what needs nothing but Node. A test file's suffix says
 * its tier: `x.test.ts` is pure, and then `x.mocks.test.ts`, `x.scripts.test.ts` and so on. They run in this order: what
 * is quick comes first, and of the heavy ones the long, so that the short fill the end. `npm test` runs the first four.
 */
const tiers = {
  // One process for several files (isolate: false): they share no state, and loading modules takes longer than most files.
  pure: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.{mocks,scripts,modes,rehearsal,parts}.test.ts"],
    testTimeout: 60_000,
    isolate: false,
    ...light,
  },
  mocks: { include: ["test/**/*.mocks.test.ts"], exclude: [], testTimeout: 120_000, isolate: false, ...light },
  scripts: { include: ["test/**/*.scripts.test.ts"], exclude: [], testTimeout: 120_000, ...light },
  modes: { include: ["test/**/*.modes.test.ts"], exclude: [], testTimeout: 1_200_000, ...heavy },
  rehearsal: { include: ["test/**/*.rehearsal.test.ts"], exclude: [], testTimeout: 1_200_000, ...heavy },
  parts: { include: ["test/**/*.parts.test.ts"], exclude: [], testTimeout: 300_000, ...heavy },
};

class InOrderOfTiers extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = Object.keys(tiers);
    const tier = ({ project }: TestSpecification) => order.indexOf(project.name);
    return (await super.sort(files)).sort((one, other) => tier(one) - tier(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: InOrderOfTiers },
    reporters: ["default", "./test/support/slowest-files.ts"],
    projects: Object.entries(tiers).map(([name, { groupOrder, ...tier }]) => ({
      test: {
        name,
        ...tier,
        setupFiles: "test/support/cpu-time.ts",
        hookTimeout: tier.testTimeout,
        sequence: { groupOrder },
      },
    })),
  },
});
