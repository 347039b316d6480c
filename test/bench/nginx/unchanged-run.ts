import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import type { BalancerCertificate } from "../../../components/load-balancer/certificates/certificate-files.ts";
import { certificateFiles } from "../../../components/load-balancer/certificates/certificate-files.ts";
import { keySecret } from "../../../components/load-balancer/certificates/certificate-script.ts";
import { hostname, layer7 } from "../../load-balancer/support/balanced.ts";
import { nginxProcesses } from "../../rehearsal/support/nginx-processes.ts";
import { ScriptedHost, type ScriptEnd } from "../../rehearsal/support/scripted-host.ts";
import { watchWrites } from "../../rehearsal/support/written-files.ts";
import { issue } from "../../support/certificates.ts";
import type { Figure } from "./figure.ts";

/** Files that every run of a script touches: its lock, its work folder, and those of the SSH session. */
const ofTheRun = /^\/(run|tmp|root|home|dev|var\/(log|tmp))(\/|$)/;

/** Runs the product's script twice on a new host, over SSH as the product does, and measures the second run. */
export async function benchUnchangedRun(sandbox: Sandbox): Promise<Figure[]> {
  const host = await sandbox.addHost({ name: "unchanged", user: "ops", port: 22 });
  const machine = new ScriptedHost(sandbox, host);
  const authority = await issue({ name: "CA", ca: true });
  const leaf = await issue({ name: hostname, issuer: authority, hosts: [hostname] });
  const certificate: BalancerCertificate = {
    name: "rancher",
    hostname,
    from: "stack",
    chain: leaf.pem,
    privateKey: leaf.key,
  };
  const placed = { files: certificateFiles(certificate), ca: authority.pem };
  const run = async (): Promise<ScriptEnd> => {
    const listeners = [layer7([{ address: sandbox.subnet.machine, port: 8080 }], placed)];
    const secrets = { [keySecret(certificate)]: leaf.key };
    const end = await machine.nginxWith({ listeners, certificates: [certificate] }, { secrets });
    if (end.code !== 0) throw new Error(`the script ended with exit code ${end.code}: ${end.stderr}`);
    return end;
  };
  await machine.base.create();
  const first = await run();
  await machine.stableProcesses();
  const before = await nginxProcesses(host);
  const written = await watchWrites(host);

  const second = await run();

  const writes = (await written()).filter((path) => !ofTheRun.test(path));
  const after = await nginxProcesses(host);
  const reloads = String(before.workers) === String(after.workers) ? "no reload" : "a reload";
  await host.stop();
  return [
    {
      what: "unchanged second run of the script",
      wanted: "0 writes, no reload, same processes",
      reached: `${writes.length} writes, ${reloads}, ${before.master === after.master ? "same" : "another"} master`,
      ok: writes.length === 0 && JSON.stringify(before) === JSON.stringify(after),
      beside:
        `${second.seconds.toFixed(1)} s; the first ${first.seconds.toFixed(1)} s ${writes.slice(0, 9).join(" ")}`.trim(),
    },
  ];
}
