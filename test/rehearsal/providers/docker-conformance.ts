import { getRegistryImage, Provider } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { imageWithDigest } from "../../../components/docker/rancher/image-digest.ts";
import { issue } from "../../support/certificates.ts";
import { startImageRegistry, type ImageRegistry } from "../../../rehearsal/docker/image-registry.ts";
import type { ScratchEngine } from "./scratch-engine.ts";

/** Behaviour of the docker provider without a Docker engine, as far as it is used. */
export function dockerConforms(engine: () => ScratchEngine): void {
  let registry: ImageRegistry;
  let digest: string;
  beforeAll(async () => {
    const { pem: cert, key } = await issue({ name: "registry", hosts: ["127.0.0.1"] });
    registry = await startImageRegistry("127.0.0.1", { cert, key });
    digest = registry.add("team/nginx", "1.30.4", { rootTar: Buffer.alloc(1024), config: {} });
  });
  afterAll(() => registry.close());

  const ask = (name: string) => async () => {
    const provider = new Provider("registry", { host: "ssh://docker.invalid", disableDockerDaemonCheck: true });
    return { ...(await getRegistryImage({ name, insecureSkipVerify: true }, { provider })) };
  };

  it("returns a tag's digest without a Docker engine, at preview too", async () => {
    const stack = await engine().stack();
    const image = `${registry.host}/team/nginx:1.30.4`;

    const preview = await stack.preview(ask(image));
    const run = await stack.up(ask(image));

    expect([preview.error, run.error]).toEqual([undefined, undefined]);
    expect(run.outputs["sha256Digest"]?.value).toBe(digest);
    expect([run.outputs["id"]?.value, run.outputs["name"]?.value]).toEqual([digest, image]);
    expect(new Set(registry.requests)).toEqual(new Set(["HEAD /v2/team/nginx/manifests/1.30.4"]));
    await stack.destroy();
  });

  it("names an image that a registry does not have", async () => {
    const stack = await engine().stack();

    const run = await stack.preview(ask(`${registry.host}/team/nginx:9.9.9`));

    expect(run.error).toMatch(/Got error when attempting to fetch image version team\/nginx:9\.9\.9 from registry/);
  });

  it("fetches a token if the registry requires one", async () => {
    const stack = await engine().stack();
    registry.wantToken();

    const run = await stack.up(ask(`${registry.host}/team/nginx:1.30.4`));

    expect(run.outputs["sha256Digest"]?.value).toBe(digest);
    expect(registry.requests).toContain("GET /token");
    await stack.destroy();
  });

  it("fails immediately without a Docker engine that is not behind SSH, even if none is needed", async () => {
    const stack = await engine().stack();

    const run = await stack.preview(async () => {
      const provider = new Provider("registry", { host: "unix:///nonexistent", disableDockerDaemonCheck: true });
      return { ...(await getRegistryImage({ name: `${registry.host}/team/nginx:1.30.4` }, { provider })) };
    });

    expect(run.error).toMatch(/failed to connect to any docker daemon/);
  });

  it("lets the product print a remedy if a registry does not respond", async () => {
    const stack = await engine().stack();

    const run = await stack.preview(async () => {
      const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
      return {
        image: imageWithDigest(
          "balancer",
          { image: "127.0.0.1:9/nginx:1.30.4", key: "loadBalancer.image" },
          { parent },
        ),
      };
    });

    expect(run.error).toMatch(
      /rancher:loadBalancer\.image is 127\.0\.0\.1:9\/nginx:1\.30\.4, and its registry did not return the digest: .*Set the digest that .* prints in the stack file, loadBalancer\.image: 127\.0\.0\.1:9\/nginx:1\.30\.4@sha256:/s,
    );
  });
}
