import { describe, expect, it } from "vitest";
import { conditionsOf } from "../../../../rehearsal/providers/kubernetes/wait-for.ts";

const live = {
  status: {
    phase: "Running",
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Stalled", status: "False" },
    ],
    ips: [{ ip: "x" }],
  },
};

describe("pulumi.com/waitFor", () => {
  it.each([
    ["condition=Ready", true],
    ["condition=ready", true],
    ["condition=Ready=False", false],
    ["condition=Stalled=False", true],
    ["condition=Missing", false],
    ["jsonpath={.status.phase}", true],
    ["jsonpath={.status.phase}=Running", true],
    ["jsonpath={.status.phase}=Pending", false],
    ["jsonpath={.status.ips[0].ip}=x", true],
    ["jsonpath={.status.none}", false],
    ['["condition=Ready", "jsonpath={.status.phase}=Pending"]', false],
  ])("%s is met: %s", (text, met) => {
    expect(conditionsOf(text).every((condition) => condition.isMet(live))).toBe(met);
  });

  it.each(["Ready", "jsonpath={.status.conditions[?(@.type=='Ready')].status}"])("%s is refused", (text) => {
    expect(() => conditionsOf(text)).toThrow("pulumi.com/waitFor");
  });
});
