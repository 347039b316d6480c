import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shellFunctions } from "../../../../components/host/shell/link.ts";
import { fillNginxTemplate, when } from "../../../../components/load-balancer/nginx/config/nginx-template.ts";
import type { NginxBuild } from "../../../../components/load-balancer/nginx/config/nginx-template.ts";

const template = `user @@workerUser@@;
@@loadModules@@
http {
    ${when(["nginx>=1.25.1"], "http2 on;")}
    ${when(["nginx<1.25.1"], "listen 443 ssl http2;")}
    ${when(["openssl>=3.5.0", "nginx>=1.22.0"], "ssl_ecdh_curve X25519MLKEM768:X25519;")}
    ${when(["openssl<3.5.0"], "ssl_ecdh_curve X25519;")}
    resolver @@resolvers@@;
    return 200 "@@generation@@ & @@generation@@";
}
`;

const build = (nginx: string, openssl: string): NginxBuild => ({
  nginx,
  openssl,
  workerUser: "www-data",
  loadModules: "include /etc/nginx/modules-enabled/*.conf;",
  resolvers: "192.0.2.53 [2001:db8::53]",
});

describe("fillNginxTemplate", () => {
  it("keeps the lines of a build, and fills in its values", () => {
    const { text, generation } = fillNginxTemplate(template, build("1.22.1", "3.0.17"));

    expect(text).toBe(`user www-data;
include /etc/nginx/modules-enabled/*.conf;
http {
    listen 443 ssl http2;
    ssl_ecdh_curve X25519;
    resolver 192.0.2.53 [2001:db8::53];
    return 200 "${generation} & ${generation}";
}
`);
  });

  it("keeps a line only if all its requirements hold", () => {
    const { text } = fillNginxTemplate(template, build("1.21.9", "3.5.1"));

    expect(text).not.toContain("ssl_ecdh_curve");
  });

  it("gives builds with different lines different names", () => {
    const generations = ["1.22.1", "1.30.6"].map(
      (version) => fillNginxTemplate(template, build(version, "3.5.0")).generation,
    );

    expect(new Set(generations).size).toBe(2);
  });

  it("rejects an unknown requirement", () => {
    expect(() => fillNginxTemplate("#? apache>=2.4.0 ? x;\n", build("1.22.1", "3.0.17"))).toThrow(
      "no such requirement: apache>=2.4.0",
    );
  });
});

describe("fill_template", () => {
  it.each([
    build("1.22.1", "3.0.17"),
    build("1.25.0", "3.4.9"),
    build("1.25.1", "3.5.0"),
    build("1.30.6", "3.10.0"),
    { ...build("2.0.0", "4.0.0"), loadModules: "", resolvers: "127.0.0.11" },
  ])("renders the same on the host as here, for nginx $nginx with OpenSSL $openssl", (one) => {
    const folder = mkdtempSync(join(tmpdir(), "template-"));
    try {
      writeFileSync(join(folder, "template"), template);
      const script = `set -eu\n${shellFunctions("fill_template")}fill_template template result\nprintf %s "$generation"`;
      const generation = execFileSync("sh", ["-c", script], {
        cwd: folder,
        encoding: "utf8",
        env: {
          PATH: process.env["PATH"],
          nginx_version: one.nginx,
          openssl_version: one.openssl,
          worker_user: one.workerUser,
          load_modules: one.loadModules,
          resolvers: one.resolvers,
        },
      });

      const expected = fillNginxTemplate(template, one);
      expect(readFileSync(join(folder, "result"), "utf8")).toBe(expected.text);
      expect(generation).toBe(expected.generation);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
