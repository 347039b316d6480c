import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { imageWithDigest } from "../../../components/docker/rancher/image-digest.ts";
import { synthesise, type SynthesisOptions } from "../../../operations/engine/synthesis.ts";
import { valueOf } from "../../support/value-of.ts";

const digest = `sha256:${"b".repeat(64)}`;

/** The result, and which images were looked up. */
async function resolve(image: string, call: SynthesisOptions["call"]) {
  const asked: unknown[] = [];
  const answer: SynthesisOptions["call"] = (question) => {
    asked.push(question.inputs["name"]);
    return call?.(question);
  };
  const { result } = await synthesise(
    async () => {
      const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
      return valueOf(imageWithDigest("balancer", { image, key: "loadBalancer.image" }, { parent }));
    },
    { stack: "prod", call: answer },
  );
  return { result, asked };
}

describe("imageWithDigest", () => {
  it("appends the digest that a tag has now", async () => {
    const { result, asked } = await resolve("registry.example.com:5000/nginx:1.30.4", () => ({ sha256Digest: digest }));

    expect(result).toBe(`registry.example.com:5000/nginx:1.30.4@${digest}`);
    expect(asked).toEqual(["registry.example.com:5000/nginx:1.30.4"]);
  });

  it("does not look up a digest that is given", async () => {
    const pinned = `nginx:1.30.4@${digest}`;

    expect(await resolve(pinned, undefined)).toEqual({ result: pinned, asked: [] });
  });

  it("refuses an invalid image, and one without version or digest", async () => {
    await expect(resolve("Not An Image", undefined)).rejects.toThrow(
      "rancher:loadBalancer.image is Not An Image, which is not an image reference. Set name and version: nginx:1.30.4",
    );
    await expect(resolve("nginx", undefined)).rejects.toThrow(
      "rancher:loadBalancer.image is nginx, which has no version, so its image changes over time. Add a version: nginx:1.30.4",
    );
  });
});
