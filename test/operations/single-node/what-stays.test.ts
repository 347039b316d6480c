import { describe, expect, it } from "vitest";
import { deletedText, keptText, type Leaving } from "../../../operations/single-node/what-stays.ts";
import { devSettings, dockerSettings } from "../../support/dev-stack.ts";

const archive = (version: string) => ({
  name: `rancher-${version}-20261121T030000Z.tar.gz`,
  version,
  bytes: 1,
  checked: true,
});
const leaving = (more: Partial<Leaving> = {}): Leaving => ({
  settings: devSettings({ docker: dockerSettings({ auditLog: { level: 1, maxAge: 1, maxBackups: 1, maxSize: 1 } }) }),
  archives: [archive("2.15.2"), archive("2.14.3")],
  where: "host docker-1",
  ...more,
});
const bare = leaving({ settings: devSettings({ tls: { source: "rancher" } }), archives: [] });

describe("the output of an uninstall", () => {
  it("lists volumes, archives and the CA as kept, each with its place", () => {
    expect(keptText(leaving()).split("\n")).toEqual([
      "Kept on host docker-1:",
      "  the Docker volume rancher-data; npm run up uses it again. To remove it: docker volume rm rancher-data",
      "  the Docker volume rancher-audit-log; npm run up uses it again. To remove it: docker volume rm rancher-audit-log",
      "  with Rancher's users in it: admin keeps the current password, and the next bootstrapPassword does not apply",
      "  2 archives in /var/backups/rancher, the newest rancher-2.15.2-20261121T030000Z.tar.gz",
      "  the CA of rancher.localhost in /var/backups/rancher/certificate-authority, which agents and browsers trust",
    ]);
  });

  it("lists the same as deleted with --delete-data", () => {
    expect(deletedText(leaving()).split("\n")).toEqual([
      "Deleted permanently from host docker-1:",
      "  the Docker volume rancher-data",
      "  the Docker volume rancher-audit-log",
      "  2 archives in /var/backups/rancher",
      "  the CA of rancher.localhost in /var/backups/rancher/certificate-authority: agents and browsers do not trust a new one",
      "First copy elsewhere what you want to keep.",
    ]);
  });

  it("lists only what exists: no archives, no audit log, no generated CA", () => {
    expect(keptText(bare).split("\n").slice(1)).toEqual([
      "  the Docker volume rancher-data; npm run up uses it again. To remove it: docker volume rm rancher-data",
      "  with Rancher's users in it: admin keeps the current password, and the next bootstrapPassword does not apply",
      "  no archives: there are none in /var/backups/rancher",
    ]);
    expect(deletedText(bare)).toBe(
      "Deleted permanently from host docker-1:\n  the Docker volume rancher-data\nFirst copy elsewhere what you want to keep.",
    );
  });
});
