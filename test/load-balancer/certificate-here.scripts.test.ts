import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { assignments } from "../../components/host/shell/link.ts";
import { certificateValues } from "../../components/load-balancer/certificates/certificate-script.ts";
import { issue, type Issued } from "../support/certificates.ts";
import { PlainMachine, shells } from "../support/scripts/plain-machine.ts";
import { shell } from "../support/scripts/shell.ts";

const hostname = "rancher.example.com";

let first: Issued;
let second: Issued;
beforeAll(async () => {
  first = await issue({ name: "first", hosts: [hostname] });
  second = await issue({ name: "second", hosts: ["*.example.com"] });
});

/** A machine with a Mac's tools, and a certificate for nginx in its user's folder. */
class Machine extends PlainMachine {
  put({ pem, key }: Pick<Issued, "pem" | "key">): this {
    mkdirSync(this.path("home dir", "state of ours", "generated"), { recursive: true });
    writeFileSync(this.path("home dir", "state of ours", "generated", "certificate.pem"), pem);
    writeFileSync(this.path("home dir", "state of ours", "generated", "key.pem"), key);
    return this;
  }

  bring({ fails = false } = {}) {
    const folder = "~/state of ours/generated";
    const certificate = { name: "rancher", hostname, from: "host" } as const;
    const files = { certificate: `${folder}/certificate.pem`, privateKey: `${folder}/key.pem` };
    const all = [{ ...certificate, ...files }];
    const body = [
      "use_gnu_forms",
      'tls=$state/nginx/tls; mkdir -p "$facts" "$state/nginx"',
      "begin_certificates",
      "place_certificates",
      'echo "renewed: $renewed"',
      fails ? 'take_back_certificates; fail 40 "not alive"' : "clean_certificates",
    ];
    return this.script(shell(`${body.join("\n")}\n`, certificateValues(all)), { name: "nginx-container" });
  }

  tls(...parts: string[]): string {
    return this.path("home dir", "state of ours", "nginx", "tls", ...parts);
  }
}

describe.each(Object.entries(shells))(
  "certificates for nginx on this machine, by %s, with a Mac's tools",
  (_, shell) => {
    it("are copied behind a link, updated when they are renewed, and otherwise not touched", async () => {
      using machine = new Machine(shell).prepared().put(first);

      const runs = [await machine.bring(), await machine.bring()];
      machine.put(second);
      runs.push(await machine.bring());

      expect(runs).toEqual([
        { code: 0, stdout: "renewed: yes\n", stderr: "" },
        { code: 0, stdout: "renewed: no\n", stderr: "" },
        { code: 0, stdout: "renewed: yes\n", stderr: "" },
      ]);
      expect(readFileSync(machine.tls("rancher", "key.pem"), "utf8")).toBe(`${second.key}\n`);
      expect(statSync(machine.tls("rancher", "key.pem")).mode & 0o777).toBe(0o600);
      expect(readdirSync(machine.tls())).toEqual(["rancher", readlinkSync(machine.tls("rancher"))]);
    });

    it("are unchanged if the new ones do not take effect", async () => {
      using machine = new Machine(shell).prepared().put(first);
      await machine.bring();
      const before = readdirSync(machine.tls());
      machine.put(second);

      const failed = await machine.bring({ fails: true });

      expect([failed.code, failed.stderr]).toEqual([40, "not alive\n"]);
      expect(readdirSync(machine.tls())).toEqual(before);
      expect(readFileSync(machine.tls("rancher", "key.pem"), "utf8")).toBe(`${first.key}\n`);
    });

    it.each([
      ["of tomorrow", () => issue({ name: "new", hosts: [hostname], from: 1 }), / is not valid before /],
      ["that has ended", () => issue({ name: "old", hosts: [hostname], from: -20, until: -1 }), / expired on /],
      [
        "for another name",
        () => issue({ name: "other", hosts: ["other.example.com"] }),
        / does not cover rancher\.example\.com; /,
      ],
      [
        "for a name with the same ending",
        () => issue({ name: "other", hosts: [`a.${hostname}`, "*.com"] }),
        / does not cover /,
      ],
    ])("are refused if they are %s", async (_what, make, message) => {
      using machine = new Machine(shell).prepared().put(await make());

      const run = await machine.bring();

      expect([run.code, run.stdout]).toEqual([10, ""]);
      expect(run.stderr).toMatch(message);
    });
  },
);

describe("a certificate that was renewed by this program", () => {
  it("changes the script that uses it, so that this runs, and no other script", () => {
    const certificate = { name: "rancher", hostname, from: "host", certificate: "/c", privateKey: "/k" } as const;
    const at = (renewal?: number) =>
      assignments(certificateValues([{ ...certificate, ...(renewal !== undefined && { renewal }) }]));

    expect(at(0)).toBe(at());
    expect(at(1)).not.toBe(at(0));
    expect(at(2)).not.toBe(at(1));
  });
});
