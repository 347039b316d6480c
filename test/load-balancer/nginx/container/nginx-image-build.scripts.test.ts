import { describe, expect, it } from "vitest";
import { FakeSystem } from "../../../support/scripts/fake-system.ts";
import { shell } from "../../../support/scripts/shell.ts";

const image = "registry.example.com/nginx:1.30.4";
const official = `nginx version: nginx/1.30.4
built by gcc 14.2.0 (Debian 14.2.0-19)
built with OpenSSL 3.5.1 1 Jul 2025 (running with OpenSSL 3.5.4 30 Sep 2025)
TLS SNI support enabled
configure arguments: --prefix=/etc/nginx --modules-path=/usr/lib/nginx/modules --http-client-body-temp-path=/var/cache/nginx/client_temp --user=nginx --group=nginx --with-stream
`;
const debian = `nginx version: nginx/1.22.1
built with OpenSSL 3.0.8 7 Feb 2023
configure arguments: --modules-path=/usr/lib/nginx/modules --http-client-body-temp-path=/var/lib/nginx/body --with-stream=dynamic
`;

interface Machine {
  /** Output of the image's `nginx -V`. */
  readonly build?: string;
  /** Exit code of the image's commands. */
  readonly code?: number;
  readonly servers?: readonly string[];
}

/** Runs commands on a machine whose engine has the image. */
async function learned(
  text: string,
  { network = "host", neededNginx = "", asksDns = false } = {},
  { build = official, code = 0, servers = [] }: Machine = {},
) {
  using machine = new FakeSystem("debian");
  machine.write("/build", build);
  machine.write("/etc/resolv.conf", servers.map((server) => `nameserver ${server}\n`).join(""));
  machine.tool("docker", `cat ${machine.path("root/build")} >&2; exit ${code}`);
  const values = { image, network, needed_nginx: neededNginx, asks_dns: asksDns };
  const { code: ended, stdout, stderr } = await machine.run(shell(text, values));
  const own = (printed: string) => printed.replaceAll(machine.path("root"), "");
  return { code: ended, stdout: own(stdout), stderr: own(stderr), calls: machine.calls() };
}

const show =
  'printf "%s\\n" "$nginx_version" "$openssl_version" "$worker_user" "$load_modules" "$temporary_folder" "$resolvers"';

describe("nginx of an image", () => {
  it("is inspected without a network, by running only nginx", async () => {
    const { code, calls } = await learned("learn_image_build");

    expect([code, calls]).toEqual([0, [`docker run --rm --network none --pull never --entrypoint nginx ${image} -V`]]);
  });

  it.each([
    ["with a stream module that is built in", official, ["1.30.4", "3.5.4", "nginx", "", "/var/cache/nginx"]],
    [
      "with one that has to be loaded, and without a default user",
      debian,
      ["1.22.1", "3.0.8", "nginx", "load_module /usr/lib/nginx/modules/ngx_stream_module.so;", "/var/lib/nginx"],
    ],
    [
      "without a folder for temporary files",
      "nginx version: nginx/1.28.0\nbuilt with OpenSSL 3.3.3\nconfigure arguments: --user=web --with-stream\n",
      ["1.28.0", "3.3.3", "web", "", "/var/cache/nginx"],
    ],
  ])("is recognized %s", async (_, build, expected) => {
    const { stdout, stderr } = await learned(`learn_image_build\n${show}`, {}, { build, servers: ["192.0.2.53"] });

    expect([stderr, stdout.trimEnd().split("\n")]).toEqual(["", [...expected, "192.0.2.53"]]);
  });

  it.each([
    ["host", "192.0.2.53 [2001:db8::53] 192.0.2.54"],
    ["rancher", "127.0.0.11"],
  ])(
    "uses the host's DNS servers on the host's network, and Docker's in another one: %s",
    async (network, expected) => {
      const servers = ["192.0.2.53", "fe80::1%eth0", "2001:db8::53", "192.0.2.54", "192.0.2.55"];

      const { stdout } = await learned('learn_image_build\nprintf %s "$resolvers"', { network }, { servers });

      expect(stdout).toBe(expected);
    },
  );

  it("is refused if it does not start, as on another CPU architecture", async () => {
    const { code, stderr } = await learned("learn_image_build", {}, { build: "exec format error\n", code: 1 });

    expect([code, stderr]).toEqual([
      30,
      `nginx of the image ${image} does not start on this machine: exec format error\n`,
    ]);
  });

  it("is refused if it does not report its version", async () => {
    const { code, stderr } = await learned("learn_image_build", {}, { build: "something else\n" });

    expect([code, stderr]).toEqual([
      10,
      `nginx of the image ${image} does not report its version and that of OpenSSL: something else. Use the official image in loadBalancer.image\n`,
    ]);
  });

  it.each([
    ["", official.replace("1.30.4", "1.20.2"), "1.20.2; 1.22.0 or later is needed: older versions are not supported"],
    ["1.27.3", debian, "1.22.1; 1.27.3 or later is needed: a group of several upstreams has one given by name"],
  ])("is refused if it is older than the listeners need: %s", async (neededNginx, build, reason) => {
    const { code, stderr } = await learned("learn_image_build", { neededNginx }, { build });

    expect([code, stderr]).toEqual([
      10,
      `the image ${image} has nginx ${reason}. Set a later one in loadBalancer.image\n`,
    ]);
  });

  it("needs a DNS server if an upstream is given by name", async () => {
    const text = "learn_image_build\nrequire_resolvers";

    const { code, stderr } = await learned(text, { asksDns: true });

    expect([code, stderr]).toEqual([
      10,
      "this machine has no nameserver in /etc/resolv.conf, and an upstream is given by name. Set DNS servers in loadBalancer.nginx.resolvers, or use addresses\n",
    ]);
    expect((await learned(text)).code).toBe(0);
    expect((await learned(text, { asksDns: true }, { servers: ["192.0.2.53"] })).code).toBe(0);
  });

  it("needs a shell with bash or nc for the probe inside a container", async () => {
    const { code, stderr, calls } = await learned("need_shell", {}, { code: 127 });

    expect([code, stderr]).toEqual([
      10,
      `the image ${image} has no shell with bash or nc, which query the active configuration of nginx inside the container. Use the official image in loadBalancer.image\n`,
    ]);
    expect(calls).toEqual([
      `docker run --rm --network none --pull never --entrypoint sh ${image} -c command -v bash || command -v nc`,
    ]);
    expect((await learned("need_shell")).code).toBe(0);
  });
});

describe("openssl of the machine", () => {
  it("is needed to check certificates", async () => {
    const { code, stderr } = await learned("(\nPATH=/nowhere\ncheck_openssl\n)");

    expect([code, stderr]).toEqual([
      10,
      "this machine has no openssl, which checks certificates before nginx uses them. Install the package openssl\n",
    ]);
    expect((await learned("check_openssl")).code).toBe(0);
  });
});
