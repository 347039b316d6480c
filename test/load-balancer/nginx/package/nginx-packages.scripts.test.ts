import { describe, expect, it } from "vitest";
import type { NginxPackage } from "../../../../components/load-balancer/nginx/package/nginx-script.ts";
import { FakeSystem, type releases } from "../../../support/scripts/fake-system.ts";
import { shell } from "../../../support/scripts/shell.ts";

describe("the packages for nginx", () => {
  const wanted = async (release: keyof typeof releases, nginx_package: NginxPackage, certificates = "") => {
    using machine = new FakeSystem(release);
    machine.tool("rpm", "exit 1").tool("dpkg-query", "exit 1");
    const body = 'detect_system\nchoose_nginx_packages\necho "$wanted"';
    return (await machine.run(shell(body, { nginx_package, certificates }))).stdout.trim();
  };

  it.each<[keyof typeof releases, NginxPackage, string]>([
    ["debian", "distribution", "nginx libnginx-mod-stream"],
    ["rocky", "distribution", "nginx nginx-mod-stream"],
    ["leap", "distribution", "nginx"],
    ["debian", "nginx.org", "nginx"],
    ["rocky", "nginx.org", "nginx"],
    ["leap", "nginx.org", "nginx"],
  ])("include the stream module where it has a separate package: on %s, from %s", async (release, source, expected) => {
    expect(await wanted(release, source)).toBe(expected);
  });

  it("include openssl only for certificates, because nothing else uses it", async () => {
    expect(await wanted("leap", "distribution", "host\trancher\trancher.example.com\t/c\t/k")).toBe("nginx openssl");
  });
});
