import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { describe, expect, it } from "vitest";
import { isWrappedSecret, synthesise } from "../../../operations/engine/synthesis.ts";
import { listed, only } from "../../support/registrations.ts";
import { valueOf } from "../../support/value-of.ts";

const stack = "prod";
class Thing extends pulumi.CustomResource {
  declare readonly text: pulumi.Output<string>;
  constructor(name: string, text: pulumi.Input<string>, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { text }, opts);
  }
}

describe("synthesise", () => {
  it("records what the engine would receive", async () => {
    const { registrations } = await synthesise(
      () => {
        const first = new Thing("first", "plain", { protect: true, retainOnDelete: true });
        new Thing("second", pulumi.secret("hidden"), { dependsOn: first, additionalSecretOutputs: ["text"] });
      },
      { stack },
    );

    expect(listed(registrations)).toEqual(["test:index:Thing first", "test:index:Thing second"]);
    expect(only(registrations, "test:index:Thing", "first")).toMatchObject({
      custom: true,
      protect: true,
      retainOnDelete: true,
      dependencies: [],
      inputs: { text: "plain" },
    });
    const second = only(registrations, "test:index:Thing", "second");
    expect(second.dependencies).toHaveLength(1);
    expect(second.additionalSecretOutputs).toEqual(["text"]);
    expect(isWrappedSecret(second.inputs["text"]) && second.inputs["text"].value).toBe("hidden");
  });

  it("throws what the program throws, without side effects", async () => {
    const failing = synthesise(
      () => {
        new Thing("first", "plain");
        throw new pulumi.RunError("two problems");
      },
      { stack },
    );

    await expect(failing).rejects.toThrow("two problems");
  });

  it("rejects a call to a provider, because there is none", async () => {
    const asking = synthesise(() => pulumi.runtime.invoke("test:index:lookUp", {}), { stack });

    await expect(asking).rejects.toThrow("unexpected call of test:index:lookUp");
  });

  it("keeps concurrent programs apart", async () => {
    const run = (name: string) =>
      synthesise(
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 10));
          new Thing(name, pulumi.getStack());
          return new pulumi.Config("rancher").require("hostname");
        },
        { stack: name, config: { "rancher:hostname": `${name}.example.com` } },
      );

    const [one, two] = await Promise.all([run("one"), run("two")]);

    expect([one?.result, two?.result]).toEqual(["one.example.com", "two.example.com"]);
    expect(listed(one?.registrations ?? [])).toEqual(["test:index:Thing one"]);
    expect(only(two?.registrations ?? [], "test:index:Thing", "two").inputs).toEqual({ text: "two" });
  });

  it("adds provider outputs to a resource, except in a preview", async () => {
    const build = () => new random.RandomPassword("password", { length: 24 });
    const made = await synthesise(build, { stack, state: () => ({ result: "made" }) });
    const previewed = await synthesise(() => new Thing("after", build().result), { stack, preview: true });

    expect(await valueOf(made.result.result)).toBe("made");
    expect(JSON.stringify(only(previewed.registrations, "test:index:Thing", "after").inputs)).not.toContain("made");
  });
});
