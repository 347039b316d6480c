import { describe, expect, it } from "vitest";
import { FakeSystem } from "../../support/scripts/fake-system.ts";

const listing = `SELinux Port Type              Proto    Port Number

http_cache_port_t              tcp      8080, 8118, 8123, 10001-10010
http_port_t                    tcp      80, 81, 443, 488, 8008, 8009, 8443, 9000
pegasus_http_port_t            tcp      5988
`;

/** A machine with SELinux in a mode and the boolean off. */
function machineIn(mode: string, state = "off"): FakeSystem {
  return new FakeSystem("rocky")
    .tool("getenforce", `echo ${mode}`)
    .tool("getsebool", `echo "$1 --> ${state}"`)
    .tool("setsebool")
    .tool(
      "semanage",
      `[ "$2" != -l ] || { cat <<'LIST'\n${listing}LIST\n}\n[ "$2 $6" != "-a 8080" ] && [ "$2 $7" != "-a 8080" ]`,
    );
}

const allow = (...ports: number[]) =>
  `allow_in_selinux http_port_t "${ports.join(" ")}" "httpd_can_network_connect httpd_setrlimit"`;
const changes = (calls: string[]) => calls.filter((call) => !/^get|-l$/.test(call));

describe("SELinux", () => {
  it.each(["Enforcing", "Permissive"])("that is %s is configured for nginx, once", async (mode) => {
    using machine = machineIn(mode);

    const run = await machine.run(allow(80, 443, 18404, 8080));

    expect(run.code, run.stderr).toBe(0);
    expect(changes(machine.calls())).toEqual([
      "setsebool -P httpd_can_network_connect on",
      "setsebool -P httpd_setrlimit on",
      "semanage port -a -t http_port_t -p tcp 18404",
      "semanage port -a -t http_port_t -p tcp 8080",
      "semanage port -m -t http_port_t -p tcp 8080",
    ]);
  });

  it("is left alone if it is disabled", async () => {
    using machine = machineIn("Disabled");

    await machine.run(`${allow(80, 18404)}\nforget_in_selinux`);

    expect(changes(machine.calls())).toEqual([]);
  });

  it("keeps its boolean on after destroy if it was on before", async () => {
    using machine = machineIn("Enforcing", "on");

    await machine.run(allow(80));
    await machine.run("forget_in_selinux");

    expect(changes(machine.calls())).toEqual([]);
  });

  it("gets back its old settings, and only those", async () => {
    using machine = machineIn("Enforcing");
    await machine.run(allow(80, 18404, 8080));
    machine.calls();

    await machine.run("forget_in_selinux");

    expect(changes(machine.calls())).toEqual([
      "semanage port -d -p tcp 18404",
      "semanage port -d -p tcp 8080",
      "setsebool -P httpd_can_network_connect off",
      "setsebool -P httpd_setrlimit off",
    ]);
  });

  it("forgets a port that is no longer used", async () => {
    using machine = machineIn("Enforcing", "on");
    await machine.run(allow(80, 18404, 7000));
    machine.calls();

    await machine.run(allow(80, 18404));

    expect(changes(machine.calls())).toContain("semanage port -d -p tcp 7000");
    expect(changes(machine.calls())).not.toContain("semanage port -d -p tcp 18404");
  });

  it("ends the script if it refuses a port, and names the port", async () => {
    using machine = machineIn("Enforcing", "on").tool(
      "semanage",
      '[ "$2" = -l ] || { echo "ValueError" >&2; exit 1; }',
    );

    const run = await machine.run(allow(18404));

    expect([run.code, run.stderr]).toEqual([
      30,
      "SELinux: port 18404 becomes http_port_t\nValueError\nSELinux does not accept http_port_t as the type of port 18404; semanage's output is above\n",
    ]);
  });

  it("requires semanage only if it is enabled", async () => {
    using machine = machineIn("Enforcing");
    using without = new FakeSystem("rocky");
    const ask = "if needs_semanage; then echo yes; else echo no; fi";

    expect([(await machine.run(ask)).stdout, (await without.run(ask)).stdout]).toEqual(["no\n", "no\n"]);
  });
});
