import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { refusal } from "../../components/program/refusal.ts";

describe("a refusal", () => {
  it("is an error of Pulumi that prints the message alone, without a stack trace", () => {
    const error = refusal("rancher:hostname is missing");

    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(inspect(error)).not.toContain("refusal.ts");
    expect(error.stack).toBe("Error: rancher:hostname is missing");
  });
});
