import { describe, expect, it } from "vitest";
import { forgetHost } from "../../../operations/host-access/forget-host.ts";
import { exportedStack } from "../../support/exported-stack.ts";
import { namesIn } from "../../support/registrations.ts";

const urnsOf = (stack: Awaited<ReturnType<typeof exportedStack>>) =>
  (stack.deployment.resources ?? []).map(({ urn }) => urn);

describe("forgetHost", () => {
  it("removes all resources of one host, and none of a host whose name begins alike", async () => {
    const stack = await exportedStack(["lb", "lb-1", "lb-10"]);

    const forgotten = forgetHost(stack, "lb-1");

    expect(namesIn(forgotten.urns)).toEqual([
      "lb-1",
      "lb-1-base",
      "lb-1-base-script",
      "lb-1-nginx",
      "lb-1-nginx-script",
    ]);
    const left = urnsOf(forgotten.stack);
    expect(left).toEqual(urnsOf(stack).filter((urn) => !forgotten.urns.includes(urn)));
  });

  it("does not remove the host `lb-1-base` with `lb-1`, although a resource of `lb-1` has that name", async () => {
    const stack = await exportedStack(["lb-1", "lb-1-base"]);

    const { urns } = forgetHost(stack, "lb-1");

    expect(urns.filter((urn) => urn.includes("rancher:host:ManagedHost::"))).toHaveLength(1);
    expect(namesIn(urns)).not.toContain("lb-1-base-base");
    expect(namesIn(urns)).not.toContain("lb-1-base-nginx-script");
  });

  it("leaves no reference to removed resources, so that the state stays valid", async () => {
    const stack = await exportedStack(["lb-1", "lb-2"]);

    const forgotten = forgetHost(stack, "lb-1");

    const text = JSON.stringify(forgotten.stack);
    for (const urn of forgotten.urns) expect(text).not.toContain(JSON.stringify(urn).slice(1, -1));
    const resources = forgotten.stack.deployment.resources ?? [];
    const urns = new Set(resources.map(({ urn }) => urn));
    for (const { parent, dependencies } of resources) {
      if (parent !== undefined) expect(urns).toContain(parent);
      for (const urn of dependencies ?? []) expect(urns).toContain(urn);
    }
  });

  it("keeps the rest of the state unchanged", async () => {
    const stack = await exportedStack(["lb-1", "lb-2"]);

    const { stack: left } = forgetHost({ ...stack, version: 3 }, "lb-1");

    expect(left.version).toBe(3);
    expect(left.deployment.pending_operations).toEqual([]);
    const script = left.deployment.resources?.find(({ urn }) => urn.endsWith("::lb-2-base-script"));
    expect(script).toEqual(stack.deployment.resources?.find(({ urn }) => urn.endsWith("::lb-2-base-script")));
  });

  it("finds nothing for an unknown host", async () => {
    const stack = await exportedStack(["lb-1"]);

    expect(forgetHost(stack, "lb").urns).toEqual([]);
    expect(forgetHost(stack, "lb").stack).toEqual(stack);
  });

  it("accepts a stack that has no resources yet", () => {
    expect(forgetHost({ version: 3, deployment: {} }, "lb-1").urns).toEqual([]);
  });
});
