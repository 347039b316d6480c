import { describe, expect, it } from "vitest";
import { deletedText, keptText, type Leaving } from "../../operations/what-stays.ts";
import { devSettings, dockerSettings } from "../support/dev-stack.ts";

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
      "  the Docker volume rancher-data; npm run up takes it up again. To remove it: docker volume rm rancher-data",
      "  the Docker volume rancher-audit-log; npm run up takes it up again. To remove it: docker volume rm rancher-audit-log",
      "  and with it Rancher's users: admin keeps the password of now, whatever the next up calls the first one",
      "  2 archives in /var/backups/rancher, the newest rancher-2.15.2-20261121T030000Z.tar.gz",
      "  the CA of rancher.localhost in /var/backups/rancher/certificate-authority, which agents and browsers trust",
    ]);
  });

  it("lists the same as deleted with --delete-data", () => {
    expect(deletedText(leaving()).split("\n")).toEqual([
      "Gone for good from host docker-1:",
      "  the Docker volume rancher-data",
      "  the Docker volume rancher-audit-log",
      "  2 archives in /var/backups/rancher",
      "  the CA of rancher.localhost in /var/backups/rancher/certificate-authority: a new one is a stranger to agents and browsers",
      "Copy what you may ever want elsewhere first.",
    ]);
  });

  it("lists only what exists: no archives, no audit log, no generated CA", () => {
    expect(keptText(bare).split("\n").slice(1)).toEqual([
      "  the Docker volume rancher-data; npm run up takes it up again. To remove it: docker volume rm rancher-data",
      "  and with it Rancher's users: admin keeps the password of now, whatever the next up calls the first one",
      "  no archives: there are none in /var/backups/rancher",
    ]);
    expect(deletedText(bare)).toBe(
      "Gone for good from host docker-1:\n  the Docker volume rancher-data\nCopy what you may ever want elsewhere first.",
    );
  });
});
