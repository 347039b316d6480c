import { describe, expect, it } from "vitest";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../components/host/base-script.ts";
import { sshHost } from "../../components/host/host.ts";
import { ManagedHost } from "../../components/host/managed-host.ts";
import type { ShellScript } from "../../components/host/shell/link.ts";
import { renderScript } from "../../components/host/script.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { balancerHost } from "../support/prod-stack.ts";
import { shell } from "../support/scripts/shell.ts";
import { listed, nameIn, namesIn, only } from "../support/registrations.ts";

const host = sshHost(balancerHost());
const title = "marks the machine as this host, and runs the remaining undo steps on destroy";
const remote = "command:remote:Command";
const synthesiseHost = (stack = "prod") =>
  synthesise(
    () => {
      const machine = new ManagedHost("lb-1", { host, credentials: {} });
      const first = machine.run({ script: "one", title: "first", create: shell("say one") }, { parent: machine });
      machine.run(
        { script: "two", title: "second", create: shell("say two") },
        { parent: machine, dependsOn: [first] },
      );
    },
    { stack },
  );

describe("a managed host", () => {
  it("registers its base script and its other scripts, named after the host", async () => {
    const { registrations } = await synthesiseHost();

    expect(listed(registrations)).toEqual([
      `${remote} lb-1-base-script`,
      `${remote} lb-1-one-script`,
      `${remote} lb-1-two-script`,
      "rancher:host:HostScript lb-1-base",
      "rancher:host:HostScript lb-1-one",
      "rancher:host:HostScript lb-1-two",
      "rancher:host:ManagedHost lb-1",
    ]);
    expect(nameIn(only(registrations, "rancher:host:HostScript", "lb-1-base").parent)).toBe("lb-1");
  });

  it("marks the machine for its stack", async () => {
    const { registrations } = await synthesiseHost("staging");

    const marker = { hostName: "lb-1", stack: "rancher/staging" };
    const inputs = only(registrations, remote, "lb-1-base-script").inputs;
    const rendered = (body: ShellScript) => renderScript(host, { name: "base", title, body, timeoutSeconds: 600 });
    expect(inputs["create"]).toBe(rendered(renderBaseCreate(marker)));
    expect(inputs["update"]).toBe(rendered(renderBaseUpdate(marker)));
    expect(inputs["delete"]).toBe(rendered(renderBaseDelete(marker)));
  });

  // The engine orders a component's children by the component's dependencies. In this test only the component shows
  // them.
  it("runs every script after its base script and after its dependencies", async () => {
    const { registrations } = await synthesiseHost();

    const after = (name: string) => namesIn(only(registrations, "rancher:host:HostScript", name).dependencies);
    expect(after("lb-1-base")).toEqual([]);
    expect(after("lb-1-one")).toEqual(["lb-1-base-script"]);
    expect(after("lb-1-two")).toEqual(["lb-1-base-script", "lb-1-one-script"]);
  });
});
