import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sshHost } from "../../components/host/host.ts";
import { renderScript, renderShortScript } from "../../components/host/script.ts";
import { expectGolden } from "../support/golden.ts";
import { balancerHost } from "../support/prod-stack.ts";
import { ScriptSandbox } from "../support/scripts/script-run.ts";
import { shell } from "../support/scripts/shell.ts";

const host = sshHost(balancerHost());
const script = { name: "motd", title: "greets", body: shell('say "hello"'), timeoutSeconds: 60 };

describe("renderScript", () => {
  it("matches the golden file", () => {
    expectGolden("host/script.sh", renderShortScript(host, script));
  });

  it("begins with the host and what is done there, for readers of a preview", () => {
    const [first, second] = renderScript(host, script).split("\n");

    expect(first).toBe("# host lb-1 192.0.2.10 as ops");
    expect(second).toBe("# greets");
  });

  it("refuses a script that does not fit in one argument, and prints by how much", () => {
    const largest = renderLargest();

    expect(() => renderScript(host, { ...script, body: shell(`${largest}x`) })).toThrow(
      "the script motd for host lb-1 has 98305 bytes; 98304 can be sent to a host. " +
        "Shorten what the stack file puts into it.",
    );
  });

  it("runs the largest script that fits", async () => {
    using box = new ScriptSandbox();
    const body = `echo ran\n${renderLargest().slice(0, -200)}`;

    const { code, stdout } = await box.script(body);

    expect({ code, stdout }).toEqual({ code: 0, stdout: "ran\n" });
  });

  it("counts bytes, not characters", () => {
    expect(() => renderScript(host, { ...script, body: shell(": é".padEnd(60_000, "é")) })).toThrow(
      "can be sent to a host",
    );
  });
});

describe("a rendered script", () => {
  it("names the user and the missing right if sudo asks for a password", async () => {
    using box = new ScriptSandbox();
    box.command("id", "echo 1000");
    box.command("sudo", "echo 'sudo: a password is required' >&2; exit 1");

    const { code, stdout, stderr } = await box.shell(renderScript(host, script));

    expect({ code, stdout, stderr }).toEqual({
      code: 10,
      stdout: "",
      stderr:
        "host lb-1: sudo asks ops for a password, and a script cannot give one. Allow it: ops ALL=(root) NOPASSWD: ALL\n",
    });
  });

  it("uses sudo if the user is not root", async () => {
    using box = new ScriptSandbox();
    box.command("id", "echo 1000");
    box.command("sudo", `echo "$1 $2" >>${box.path("asked")}; shift; exec "$@"`);

    const { code, stderr } = await box.shell(renderScript(box.host, script));

    expect({ code, stderr }).toEqual({ code: 0, stderr: "hello\n" });
    expect(existsSync(box.path("asked"))).toBe(true);
  });

  it("is stopped after its timeout, and releases the lock", async () => {
    using box = new ScriptSandbox();

    const late = await box.script("sleep 60", { timeoutSeconds: 1 });
    const next = await box.script("say next");

    expect(late.code).toBe(124);
    expect(next).toEqual({ code: 0, stdout: "", stderr: "next\n" });
  });
});

/** A body with which a script has exactly the largest size that can be sent. */
function renderLargest(): string {
  const frame = Buffer.byteLength(renderScript(host, { ...script, body: shell(": x") }));
  return ": x".padEnd(96 * 1024 - frame + 3, "x");
}
