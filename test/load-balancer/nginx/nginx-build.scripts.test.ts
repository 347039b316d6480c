import { describe, expect, it } from "vitest";
import { FakeSystem, type releases } from "../../support/scripts/fake-system.ts";
import { shell } from "../../support/scripts/shell.ts";

interface Words {
  readonly version?: string;
  readonly openssl?: string;
  readonly configured: string;
}

/** Output of `nginx -V` on the systems, shortened. */
const built = {
  debian: {
    version: "nginx/1.22.1",
    openssl: "built with OpenSSL 3.0.8 7 Feb 2023 (running with OpenSSL 3.0.17 1 Jul 2025)",
    configured: "--prefix=/usr/share/nginx --modules-path=/usr/lib/nginx/modules --with-threads --with-stream=dynamic",
  },
  ubuntu: {
    version: "nginx/1.24.0 (Ubuntu)",
    openssl: "built with OpenSSL 3.0.13 30 Jan 2024",
    configured: "--prefix=/usr/share/nginx --modules-path=/usr/lib/nginx/modules --with-stream=dynamic --with-threads",
  },
  rocky: {
    version: "nginx/1.24.0",
    openssl: "built with OpenSSL 3.0.7 1 Nov 2022",
    configured: "--prefix=/usr/share/nginx --modules-path=/usr/lib64/nginx/modules --user=nginx --with-stream=dynamic",
  },
  leap: {
    version: "nginx/1.21.5",
    openssl: "built with OpenSSL 1.1.1l-fips  24 Aug 2021 SUSE release 150500.17.34.1",
    configured:
      "--prefix=/usr --modules-path=/usr/lib64/nginx/modules --user=nginx --group=nginx --with-stream=dynamic",
  },
  "nginx.org": {
    version: "nginx/1.30.4",
    openssl: "built with OpenSSL 3.5.1 1 Jul 2025",
    configured:
      "--prefix=/etc/nginx --modules-path=/usr/lib/nginx/modules --user=nginx --group=nginx --with-stream --with-x",
  },
} as const satisfies Record<string, Words>;

function machineWith({ version = "nginx/1.24.0", openssl = "", configured }: Words, release: keyof typeof releases) {
  return new FakeSystem(release).tool(
    "nginx",
    `cat >&2 <<'WORDS'\nnginx version: ${version}\n${openssl}\nTLS SNI support enabled\nconfigure arguments: ${configured}\nWORDS`,
  );
}

const print = `printf '%s\\n' "$nginx_version" "$openssl_version" "$worker_user" "$load_modules" "$resolvers"`;

describe("the build of a machine's nginx", () => {
  it.each<[keyof typeof built, keyof typeof releases, string, readonly string[]]>([
    ["debian", "debian", "/etc/nginx/modules-enabled/x", ["1.22.1", "3.0.17", "www-data", "include ROOT/*.conf;"]],
    ["ubuntu", "ubuntu", "/etc/nginx/modules-enabled/x", ["1.24.0", "3.0.13", "www-data", "include ROOT/*.conf;"]],
    ["rocky", "rocky", "", ["1.24.0", "3.0.7", "nginx", "load_module /usr/lib64/nginx/modules/ngx_stream_module.so;"]],
    ["leap", "leap", "", ["1.21.5", "1.1.1", "nginx", "load_module /usr/lib64/nginx/modules/ngx_stream_module.so;"]],
    ["nginx.org", "debian", "/etc/nginx/modules-enabled/x", ["1.30.4", "3.5.1", "nginx", ""]],
  ])("is read from its own output: %s's", async (which, release, file, expected) => {
    using machine = machineWith(built[which], release);
    if (file !== "") machine.write(file, "");
    machine.write("/etc/resolv.conf", "nameserver 192.0.2.53\n");

    const run = await machine.run(`learn_nginx_build\n${print}`);

    const folder = machine.path("root/etc/nginx/modules-enabled");
    const lines = [...expected, "192.0.2.53"].map((line) => line.replace("ROOT", folder));
    expect(run.stdout).toBe(`${lines.join("\n")}\n`);
  });

  it("has at most three DNS servers, IPv6 ones in brackets, and none with a link-local address", async () => {
    using machine = machineWith(built.debian, "debian");
    machine.write(
      "/etc/resolv.conf",
      "search lan\nnameserver fe80::1%eth0\nnameserver 2001:db8::53\nnameserver 192.0.2.53\n#nameserver 1\nnameserver 192.0.2.54\nnameserver 192.0.2.55\n",
    );

    const run = await machine.run(`learn_nginx_build\necho "$resolvers"`);

    expect(run.stdout).toBe("[2001:db8::53] 192.0.2.53 192.0.2.54\n");
  });

  it("is refused if it prints no version", async () => {
    using machine = machineWith({ ...built.debian, openssl: "built with LibreSSL 4.0.0" }, "debian");

    const run = await machine.run("learn_nginx_build");

    expect([run.code, run.stderr]).toEqual([10, expect.stringContaining("nginx does not report its version")]);
  });

  it("is refused if it does not start, with its own output", async () => {
    using machine = new FakeSystem("debian").tool("nginx", 'echo "error while loading shared libraries" >&2; exit 127');

    const run = await machine.run("learn_nginx_build");

    expect([run.code, run.stderr]).toEqual([30, "nginx does not start: error while loading shared libraries\n"]);
  });
});

describe("an nginx that is too old", () => {
  const check = (needed_nginx?: string, asks_dns = false) =>
    shell("detect_system\nlearn_nginx_build\nrefuse_nginx_build\n", { needed_nginx, asks_dns });

  it("is refused with what needs a newer one, and how to install it", async () => {
    using machine = machineWith(built.leap, "leap");

    const run = await machine.run(check());

    expect([run.code, run.stderr]).toEqual([
      10,
      "this machine has nginx 1.21.5; 1.22.0 or later is needed: older versions are not supported. Use package: nginx.org, " +
        "or a newer release of openSUSE Leap 15.6 (on RHEL 9 also: dnf module enable nginx:1.24)\n",
    ]);
  });

  it.each([
    ["debian", "1.27.3", 10],
    ["nginx.org", "1.27.3", 0],
    ["debian", undefined, 0],
  ] as const)("%s's for %s: %i", async (which, needed, code) => {
    using machine = machineWith(built[which], "debian");

    expect((await machine.run(check(needed))).code).toBe(code);
  });

  it("is not reported if no DNS server is known and one is needed", async () => {
    using machine = machineWith(built.debian, "debian");

    const run = await machine.run(check(undefined, true));

    expect([run.code, run.stderr]).toEqual([10, expect.stringContaining("has no nameserver in")]);
    expect(run.stderr).toContain("Set DNS servers in loadBalancer.nginx.resolvers");
  });
});
