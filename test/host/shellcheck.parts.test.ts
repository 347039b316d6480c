import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../components/host/base-script.ts";
import { sshHost } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";
import { preamble } from "../../components/host/script-preamble.ts";
import { renderNginxContainerScript } from "../../components/load-balancer/nginx-container-script.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx-options.ts";
import { renderNginxScript } from "../../components/load-balancer/nginx-script.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import { balancerHost, prodSettings } from "../support/prod-stack.ts";

const available = spawnSync("shellcheck", ["--version"]).status === 0;

const marker = { hostName: "lb-1", stack: "rancher/prod" };
const nginx = {
  listeners: rancherListeners(prodSettings()),
  options: defaultNginxOptions,
  package: "distribution",
  certificates: [],
} as const;
const certificates = [
  { name: "rancher", hostname: "rancher.example.com", from: "stack", chain: "CHAIN\n", privateKey: "KEY" },
  { name: "wiki", hostname: "wiki.example.com", from: "host", certificate: "/tls/my cert.pem", privateKey: "/tls/key" },
] as const;

const bodies: Record<string, string> = {
  "base-create": renderBaseCreate(marker),
  "base-update": renderBaseUpdate(marker),
  "base-delete": renderBaseDelete(marker),
  "run-undo": "run_undo nginx\n",
  nginx: renderNginxScript(nginx),
  "nginx of nginx.org with certificates": renderNginxScript({ ...nginx, package: "nginx.org", certificates }),
  "nginx as a container": renderNginxContainerScript({ ...nginx, image: "nginx:1.30.4", certificates }),
};

/**
 * Left out, as they are meant: a fallback after `&&` (2015) everywhere ends the script or says something; functions and
 * variables of the preamble are not all used by every body (2034, 2317, 2329); `.` reads an undo step (1090);
 * `ls` lists undo steps, whose names are ours (2012).
 */
const leftOut = ["SC1090", "SC1091", "SC2012", "SC2015", "SC2034", "SC2317", "SC2329"];

function findings(script: string): string {
  const { stdout } = spawnSync(
    "shellcheck",
    ["--shell", "sh", "--exclude", leftOut.join(","), "--format", "gcc", "-"],
    {
      input: script,
      encoding: "utf8",
    },
  );
  return stdout;
}

/** What a script puts into a here-document to be run later: the undo steps. */
function undoSteps(body: string): string[] {
  return [...body.matchAll(/register_undo <<'(\w+)'\n([\s\S]*?)\n\1\n/g)].map(([, , step = ""]) => `${step}\n`);
}

/** The script of the certificate watch, which brings its own preamble. */
function watchScripts(body: string): string[] {
  return [...body.matchAll(/<<'WATCH'\n([\s\S]*?)\nWATCH\n/g)].map(([, script = ""]) => `${script}\n`);
}

describe.skipIf(!available)("shellcheck", () => {
  it.each(Object.keys(bodies))("has nothing to say about %s, behind its preamble", (name) => {
    const script = `${preamble({ name, stateFolder: "/var/lib/rancher-stack" })}\n${bodies[name]}`;

    expect(findings(script)).toBe("");
  });

  it("has nothing to say about what becomes root", () => {
    const script = renderScript(sshHost(balancerHost()), {
      name: "motd",
      title: "greets",
      body: "say hello\n",
      timeoutSeconds: 60,
    });

    expect(findings(script)).toBe("");
  });

  it("has nothing to say about undo steps, behind the preamble they are run in", () => {
    const steps = Object.values(bodies).flatMap(undoSteps);

    expect(steps.length).toBeGreaterThanOrEqual(1);
    for (const step of steps) {
      expect(findings(`${preamble({ name: "nginx", stateFolder: "/var/lib/rancher-stack" })}\n${step}`)).toBe("");
    }
  });

  it("has nothing to say about what systemd runs when a certificate changes", () => {
    const scripts = Object.values(bodies).flatMap(watchScripts);

    expect(scripts).toHaveLength(2);
    expect(scripts.map(findings)).toEqual(["", ""]);
  });

  it("would find something", () => {
    expect(findings("rm $1\n")).toContain("SC2086");
  });
});
