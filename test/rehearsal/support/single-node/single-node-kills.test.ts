import { expect, it } from "vitest";
import { phases, planKills, randomOf, victims } from "./single-node-kills.ts";

it("kills every victim in every phase within fifteen rounds, and each of both within five", () => {
  const plan = planKills(15, randomOf(1));

  expect(new Set(plan.map(({ phase, victim }) => `${phase} ${victim}`)).size).toBe(phases.length * victims.length);
  expect(new Set(plan.slice(0, 5).map(({ victim }) => victim)).size).toBe(victims.length);
  expect(new Set(plan.slice(0, 3).map(({ phase }) => phase)).size).toBe(phases.length);
});

it("yields the same moments for the same seed", () => {
  expect(planKills(4, randomOf(7))).toEqual(planKills(4, randomOf(7)));
  expect(planKills(4, randomOf(7))).not.toEqual(planKills(4, randomOf(8)));
});
