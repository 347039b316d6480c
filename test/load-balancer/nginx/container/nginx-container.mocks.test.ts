import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { sshHost } from "../../../../components/host/host.ts";
import { renderShortScript } from "../../../../components/host/script.ts";
import { ManagedHost } from "../../../../components/host/managed-host.ts";
import {
  NginxContainer,
  type NginxContainerArgs,
} from "../../../../components/load-balancer/nginx/container/nginx-container.ts";
import { renderNginxContainerScript } from "../../../../components/load-balancer/nginx/container/nginx-container-script.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { rancherListeners } from "../../../../components/load-balancer/rancher-listeners.ts";
import { synthesise, type SynthesisOptions } from "../../../../operations/engine/synthesis.ts";
import { balancerHost, prodSettings } from "../../../support/prod-stack.ts";
import { clearTexts, inSecret, listed, nameIn, namesIn, only } from "../../../support/registrations.ts";
import { valueOf } from "../../../support/value-of.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const pinned = `nginx:1.30.4@${digest("a")}`;
const balancer = { listeners: rancherListeners(prodSettings()), options: defaultNginxOptions, certificates: [] };

const synthesiseContainer = (
  args: () => Partial<NginxContainerArgs> & { image: string },
  { names = ["lb-1"], ...options }: Partial<SynthesisOptions> & { names?: string[] } = {},
) =>
  synthesise(
    () => {
      const hosts = names.map((name, index) => {
        const settings = balancerHost({ name, address: `192.0.2.${20 + index}` });
        const machine = new ManagedHost(name, { host: sshHost(settings), credentials: {} });
        return { name, address: settings.address, machine };
      });
      return new NginxContainer("load-balancer", { ...balancer, ...args(), hosts });
    },
    { stack: "prod", ...options },
  );

/** A registry whose tags have this digest now. `asked` collects the names that were looked up. */
const registry =
  (now: string, asked: unknown[] = []): NonNullable<SynthesisOptions["call"]> =>
  ({ token, inputs }) => {
    if (token !== "docker:index/getRegistryImage:getRegistryImage") return undefined;
    asked.push(inputs["name"]);
    return { ...inputs, id: now, sha256Digest: now };
  };
const scriptOf = ({ registrations }: Awaited<ReturnType<typeof synthesiseContainer>>, host = "lb-1") =>
  only(registrations, "command:remote:Command", `${host}-nginx-container-script`);

describe("the nginx container", () => {
  it("is one script per host, one after another, whose text a preview can show", async () => {
    const made = await synthesiseContainer(() => ({ image: pinned }), { names: ["lb-1", "lb-2"] });

    const { inputs, additionalSecretOutputs } = scriptOf(made, "lb-2");
    const body = renderNginxContainerScript({ ...balancer, image: pinned });
    const script = { name: "nginx-container", title: "nginx in a container as the load balancer", body };
    expect(inputs["create"]).toBe(
      renderShortScript(sshHost(balancerHost({ name: "lb-2", address: "192.0.2.21" })), {
        ...script,
        timeoutSeconds: 900,
      }),
    );
    expect(inputs["delete"]).toContain('\nrun_undo "$name"\n');
    expect(additionalSecretOutputs).toEqual(["connection"]);
    const second = only(made.registrations, "rancher:host:HostScript", "lb-2-nginx-container");
    expect(namesIn(second.dependencies)).toEqual(["lb-1-nginx-container-script", "lb-2-base-script"]);
    expect(nameIn(second.parent)).toBe("load-balancer");
  });

  it("looks up nothing for an image with a digest", async () => {
    const made = await synthesiseContainer(() => ({ image: pinned }));

    expect(listed(made.registrations).filter((line) => /docker/i.test(line))).toEqual([]);
    expect(await valueOf(made.result.image)).toBe(pinned);
  });

  it("looks up the digest of a tag once, whatever the number of hosts, at preview too", async () => {
    const asked: unknown[] = [];

    const made = await synthesiseContainer(() => ({ image: "nginx:1.30.4" }), {
      names: ["lb-1", "lb-2"],
      preview: true,
      call: registry(digest("b"), asked),
    });

    expect(asked).toEqual(["nginx:1.30.4"]);
    expect(await valueOf(made.result.image)).toBe(`nginx:1.30.4@${digest("b")}`);
    for (const host of ["lb-1", "lb-2"]) {
      expect(scriptOf(made, host).inputs["create"]).toContain(`\nimage=nginx:1.30.4@${digest("b")}\n`);
    }
  });

  it("looks up digests without a Docker engine on this machine", async () => {
    const made = await synthesiseContainer(() => ({ image: "nginx:1.30.4" }), { call: registry(digest("b")) });

    const { inputs, parent } = only(made.registrations, "pulumi:providers:docker", "load-balancer-registry");
    expect(inputs).toMatchObject({ host: "ssh://docker.invalid", disableDockerDaemonCheck: "true" });
    expect(nameIn(parent)).toBe("load-balancer");
  });

  it("shows a moved tag as one changed line", async () => {
    const [before, after] = await Promise.all(
      ["b", "c"].map((digit) =>
        synthesiseContainer(() => ({ image: "nginx:1.30.4" }), { call: registry(digest(digit)) }),
      ),
    );

    const lines = [before, after].map((made) => String(scriptOf(made!).inputs["create"]).split("\n"));
    const changed = lines[1]!.filter((line, index) => line !== lines[0]![index]);
    expect(changed).toEqual([`image=nginx:1.30.4@${digest("c")}`]);
  });

  it("rejects an invalid image before it registers anything below it", async () => {
    await expect(synthesiseContainer(() => ({ image: "Not An Image" }))).rejects.toThrow(
      "rancher:loadBalancer.image is Not An Image, which is not an image reference. Set name and version: nginx:1.30.4",
    );
  });

  it("passes keys on standard input and nowhere else", async () => {
    const made = await synthesiseContainer(() => ({
      image: pinned,
      certificates: [
        {
          name: "rancher",
          hostname: "rancher.example.com",
          from: "stack",
          chain: "CHAIN\n",
          privateKey: pulumi.secret("canary-key"),
        },
      ],
    }));

    const { inputs } = scriptOf(made);
    expect(inSecret(inputs["stdin"])).toBe(`key_rancher ${Buffer.from("canary-key").toString("base64")}\n`);
    expect(clearTexts(inputs).join("\n")).not.toContain("canary-key");
  });
});
