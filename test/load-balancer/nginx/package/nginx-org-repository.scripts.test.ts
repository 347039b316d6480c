import type { ShellScript } from "../../../../components/host/shell/link.ts";
import { describe, expect, it } from "vitest";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderNginxScript } from "../../../../components/load-balancer/nginx/package/nginx-script.ts";
import { nginxOrgFiles } from "../../../../components/load-balancer/nginx/package/nginx-org-repository.ts";
import { FakeSystem, type releases } from "../../../support/scripts/fake-system.ts";
import { shell } from "../../../support/scripts/shell.ts";

const fingerprints = [
  "8540A6F18833A80E9C1653A42FD21310B49F6B46",
  "573BFD6B3D8FBC641079A6ABABF5BD827BD9BF62",
  "9E9BE90EACBCDE69FE9B204CBCDCD8A38D88A2B3",
];
const key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n";

const add = shell("apt_helper=apt-helper\ndetect_system\nadd_nginx_org\n", nginxOrgFiles);

describe("nginx.org's repository on Debian and Ubuntu", () => {
  /** A machine whose downloads return a key. apt-helper is called by its path. */
  const machineOf = (release: keyof typeof releases, download = `printf '%s' '${key}' >"$5"`) =>
    new FakeSystem(release).tool("apt-helper", download);

  it.each<[keyof typeof releases, string]>([
    ["debian", "https://nginx.org/packages/debian bookworm nginx"],
    ["ubuntu", "https://nginx.org/packages/ubuntu noble nginx"],
  ])("of %s is trusted only with a signature by one of nginx.org's keys", async (release, repository) => {
    using machine = machineOf(release);

    const end = await machine.run(add);

    expect(end.code, end.stderr).toBe(0);
    const signed = ["/etc/apt/keyrings/rancher-stack-nginx.asc", ...fingerprints].join(",");
    expect(machine.read("/etc/apt/sources.list.d/rancher-stack-nginx.list")).toBe(
      `deb [signed-by=${signed}] ${repository}\n`,
    );
    expect(machine.read("/etc/apt/keyrings/rancher-stack-nginx.asc")).toBe(key);
    expect(machine.read("/etc/apt/preferences.d/rancher-stack-nginx")).toContain("Package: nginx nginx-module-*\n");
  });

  it("is not added on a Debian derivative, for which nginx.org has no packages", async () => {
    using machine = machineOf("debian");
    machine.write("/etc/os-release", 'ID=linuxmint\nID_LIKE="ubuntu debian"\nPRETTY_NAME="Linux Mint 22"\n');

    const end = await machine.run(add);

    expect([end.code, end.stderr]).toEqual([
      10,
      "nginx.org has packages for Debian and Ubuntu only, not for derivatives; this machine runs Linux Mint 22. Use package: distribution\n",
    ]);
    expect(machine.calls()).toEqual([]);
  });

  it("is not added if the key cannot be downloaded", async () => {
    using machine = machineOf("debian", 'echo "no route" >&2; exit 100');

    const end = await machine.run(add);

    expect([end.code, end.stderr.split("\n")[0]]).toEqual([20, "no route"]);
    expect(machine.read("/etc/apt/sources.list.d/rancher-stack-nginx.list")).toBeUndefined();
  });

  it("is removed with its key when nginx is undone", async () => {
    using machine = machineOf("debian").tool("systemctl").tool("nginx");
    await machine.run(add);
    const { values } = renderNginxScript({
      listeners: [],
      options: defaultNginxOptions,
      package: "nginx.org",
      certificates: [],
    });

    const end = await machine.run(values?.["undo_step"] as ShellScript);

    expect(end.code, end.stderr).toBe(0);
    for (const path of [nginxOrgFiles.apt_source, nginxOrgFiles.apt_key, nginxOrgFiles.apt_pin]) {
      expect(machine.read(path)).toBeUndefined();
    }
  });
});

describe("nginx.org's repository on rpm systems", () => {
  /** gpg exports only what it was asked for and has. */
  const machineOf = (release: keyof typeof releases, exported = key) =>
    new FakeSystem(release)
      .tool("curl", "printf 'all kinds of keys' >\"$5\"")
      .tool("gpg", `case "$*" in *--export*) printf '%s' '${exported}' ;; esac`)
      .tool("rpm");

  it.each<[keyof typeof releases, string, string]>([
    ["rocky", "/etc/yum.repos.d/rancher-stack-nginx.repo", "https://nginx.org/packages/centos/9/$basearch/"],
    ["sles", "/etc/zypp/repos.d/rancher-stack-nginx.repo", "https://nginx.org/packages/sles/15/$basearch/"],
  ])("of %s trusts nginx.org's known keys alone", async (release, file, repository) => {
    using machine = machineOf(release);

    const end = await machine.run(add);

    expect(end.code, end.stderr).toBe(0);
    expect(machine.read("/etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-nginx")).toBe(key);
    expect(machine.read(file)).toContain(`baseurl=${repository}\nenabled=1\ngpgcheck=1\n`);
    expect(machine.read(file)).toContain("gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-nginx\n");
    const calls = machine.calls();
    expect(calls.find((call) => call.includes("--export"))).toMatch(new RegExp(`--export ${fingerprints.join(" ")}$`));
    expect(calls.at(-1)).toBe("rpm --import /etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-nginx");
  });

  it("is not added if none of the keys is known", async () => {
    using machine = machineOf("rocky", "");

    const end = await machine.run(add);

    expect([end.code, end.stderr]).toEqual([20, expect.stringContaining("none of nginx.org's known keys is in")]);
    expect(machine.read("/etc/yum.repos.d/rancher-stack-nginx.repo")).toBeUndefined();
    expect(machine.calls().filter((call) => call.startsWith("rpm"))).toEqual([]);
  });
});
