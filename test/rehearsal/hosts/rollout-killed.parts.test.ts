import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  certificateFiles,
  type BalancerCertificate,
} from "../../../components/load-balancer/certificates/certificate-files.ts";
import type { Listener } from "../../../components/load-balancer/listener.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { issue, type Issued } from "../../support/certificates.ts";
import { killedAt, killPoints, seededSample, seedTitle } from "../support/kill-points.ts";
import { generationOf, listeners, ScriptedHost, type ScriptEnd, type ScriptOptions } from "../support/scripted-host.ts";

/** Exit code of ssh if a signal, not an exit code, ended the remote command. */
const killed = 255;

/** Functions within which a change is half done: of the configuration, or of a certificate from either source. */
const delicate = {
  configuration: /^\d+ (roll_out|nginx_restorable|nginx_live|all_answer|nginx_host_activate) /,
  fromStack: /^\d+ (place_pair|put_pair|clean_certificates) /,
  onHost: /^\d+ (copy_pair|link_pair|clean_certificates) /,
};

/** The watch for certificates would sometimes hold the lock, and help a rollout. */
const idle = "/etc/systemd/system/rancher-nginx-certificates.service.d";
const idleService = "[Service]\\nExecStart=\\nExecStart=/bin/true\\n";

const others = 4;

/** The places at which a test kills, for its title. */
const killsIn = (inside: RegExp) => `at every command of ${functionsOf(inside)}, and at ${seedTitle(others)}`;
const functionsOf = (inside: RegExp) => /\((.*)\)/.exec(inside.source)?.[1]?.replaceAll("|", ", ") ?? "";

/** All commands in those functions, and some of the others. */
function interesting(places: readonly string[], inside: RegExp): string[] {
  const outside = seededSample(
    places.filter((place) => !inside.test(place)),
    others,
  );
  return places.filter((place) => inside.test(place) || outside.includes(place));
}

describe.skipIf(process.getuid?.() !== 0)("a rollout that is killed", () => {
  const folder = mkdtempSync(join(tmpdir(), "rollout-killed-"));
  let sandbox: Sandbox;
  let machine: ScriptedHost;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 }));
  });
  beforeEach(async () => void (await machine.base.create()));
  afterEach(async () => {
    await machine.look("sh", "-c", "rm -f /root/live.*");
    const end = await machine.base.delete();
    expect(end.code, end.stderr).toBe(0);
    await machine.look("sh", "-c", `rm -rf ${idle}`);
    expect(await machine.changes()).toEqual([]);
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  /** What an administrator would see right now. */
  const onDisk = () => machine.look("sh", "-c", "nginx -t -q 2>/dev/null && echo good || echo bad");

  /** Kills the change from one to the other and back at every place. `check` inspects what serves. */
  const killEverywhere = async <T>(
    inside: RegExp,
    from: T,
    to: T,
    run: (what: T, options?: ScriptOptions) => Promise<ScriptEnd>,
    serving: (place: string, previous: T, wanted: T) => Promise<void>,
  ) => {
    await run(from);
    const places = interesting(await killPoints(machine, (options) => run(to, options)), inside);
    expect(places.filter((place) => inside.test(place)).length).toBeGreaterThan(5);
    let [previous, wanted] = [to, from];
    for (const place of places) {
      const end = await run(wanted, killedAt(place, places));
      expect([place, await onDisk()]).toEqual([place, "good"]);
      await serving(place, previous, wanted);
      const again = await run(wanted);

      // The same change may take other branches than the traced one. Then it was not killed, and must have succeeded.
      expect({ place, again: again.code }, again.stderr).toEqual({ place, again: 0 });
      expect([place, [killed, 0].includes(end.code)], end.stderr).toEqual([place, true]);
      await serving(place, wanted, wanted);
      [previous, wanted] = [wanted, previous];
    }
  };

  it(`${killsIn(delicate.configuration)}: nginx goes on, and the next run converges`, async () => {
    await killEverywhere(
      delicate.configuration,
      listeners("192.0.2.11"),
      listeners("192.0.2.12"),
      (what, options) => machine.nginx(what, options),
      async (place, previous, wanted) => {
        expect([generationOf(previous), generationOf(wanted)], place).toContain(await machine.generation());
      },
    );
  });

  describe("while it renews a certificate", () => {
    const hostname = "rancher.example.com";
    let first: Issued;
    let second: Issued;
    beforeAll(async () => {
      first = await issue({ name: "first", hosts: [hostname] });
      second = await issue({ name: "second", hosts: [hostname] });
    });
    const serve = (certificate: BalancerCertificate, options?: ScriptOptions) => {
      const site = { name: "rancher", hostname, upstreams: [{ address: "192.0.2.11", port: 80 }] };
      const sites = [{ ...site, certificate: certificateFiles(certificate) }];
      const listener: Listener = { layer: 7, name: "https", port: 443, redirectPort: 80, sites };
      return machine.nginxWith({ listeners: [listener], certificates: [certificate] }, options);
    };
    /** Name in the certificate that a client gets. */
    const shown = () =>
      machine.look(
        "sh",
        "-c",
        `openssl s_client -connect 127.0.0.1:443 -servername ${hostname} </dev/null 2>/dev/null | openssl x509 -noout -subject`,
      );
    const names = (which: Issued) => `subject=${which.subject.replace("=", " = ")}`;
    const isServed = async (place: string, previous: Issued, wanted: Issued) =>
      expect([names(previous), names(wanted)], place).toContain(await shown());

    it(`from the stack, ${killsIn(delicate.fromStack)}: one of the two serves, and the next run converges`, async () => {
      const run = (which: Issued, options: ScriptOptions = {}) =>
        serve(
          { name: "rancher", hostname, from: "stack", chain: which.pem, privateKey: "on standard input" },
          { ...options, secrets: { key_rancher: which.key } },
        );

      await killEverywhere(delicate.fromStack, first, second, run, isServed);
      expect((await machine.look("ls", "/etc/nginx/tls")).split("\n")).toHaveLength(1);
    });

    it(`that others put on the host, ${killsIn(delicate.onHost)}: one of the two serves, and the next run converges`, async () => {
      const files = { certificate: "/root/live.pem", privateKey: "/root/live.key" };
      await machine.look("sh", "-c", `mkdir -p ${idle}; printf '${idleService}' >${idle}/idle.conf`);
      const run = async (which: Issued, options?: ScriptOptions) => {
        await machine.host.exec(["sh", "-c", `cat >${files.certificate}`], { stdin: which.pem });
        await machine.host.exec(["sh", "-c", `cat >${files.privateKey}`], { stdin: which.key });
        return serve({ name: "rancher", hostname, from: "host", ...files }, options);
      };

      await killEverywhere(delicate.onHost, first, second, run, isServed);
    });
  });
});
