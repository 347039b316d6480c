import { expect, it } from "vitest";
import { isTraceOfPackageManager } from "../../rehearsal/traces.ts";

it.each([
  "/var/cache/apt/pkgcache.bin",
  "/var/cache/debconf/config.dat",
  "/var/cache/ldconfig/aux-cache",
  "/var/lib/apt/lists/partial",
  "/var/lib/dpkg/status",
  "/var/lib/systemd/deb-systemd-helper-enabled/nginx.service",
  "/var/log",
  "/etc/gshadow-",
  "/var/log/dpkg.log",
])("%s is a normal trace of an installation", (path) => {
  expect(isTraceOfPackageManager(path)).toBe(true);
});

it.each([
  "/etc/nginx/nginx.conf",
  "/var/lib/nginx",
  "/var/lib/rancher-stack/machine",
  "/var/logs",
  "/srv/var/log/x",
  "/var/lib/dpkg-other",
  "/etc/passwd",
])("%s is a trace of this program", (path) => {
  expect(isTraceOfPackageManager(path)).toBe(false);
});
