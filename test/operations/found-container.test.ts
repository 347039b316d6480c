import { expect, it } from "vitest";
import { adoptionSteps, foundText, notTakenOver } from "../../operations/adoption-report.ts";
import { findContainerScript, readFoundContainer, type FoundContainer } from "../../operations/found-container.ts";
import { devSettings } from "../support/dev-stack.ts";
import { ScriptSandbox } from "../support/script-run.ts";

const found: FoundContainer = {
  container: "old",
  running: true,
  image: "rancher/rancher:v2.14.3",
  version: "2.14.3",
  data: "bind /opt/rancher",
  kib: 204800,
  ports: [":443 443/tcp", "0.0.0.0:80 80/tcp"],
  arguments: ["--no-cacerts", "--debug"],
  mounts: [
    "bind /opt/rancher /var/lib/rancher",
    "bind /etc/ssl/my certs /etc/rancher/ssl",
    "volume 0123 /var/log",
    "bind /etc/hosts /etc/hosts",
  ],
  variables: ["CATTLE_BOOTSTRAP_PASSWORD", "HTTPS_PROXY", "AUDIT_LEVEL", "CATTLE_FEATURES"],
  restart: "unless-stopped",
};

it("a container is looked into, and of its variables only names leave the host", async () => {
  using box = new ScriptSandbox();
  // The engine's answers, by what was asked for.
  box.command(
    "docker",
    `case "$*" in
  "container ls"*) printf 'old\\nwiki\\n' ;;
  "image inspect"*) printf '"PATH=/usr/bin"\\n"CATTLE_SERVER_VERSION=v2.14.3"\\n"AUDIT_LEVEL=0"\\n' ;;
  *println*mount*) printf 'mount bind /opt/rancher /var/lib/rancher\\n\\n' ;;
  *Mounts*) echo "bind /opt/rancher" ;;
  *State.Running}}|*".State.Running}} old") echo true ;;
  *State.Running*) printf 'running true\\nimage rancher/rancher:v2.14.3\\nrestart always\\nremoved-when-stopped false\\n' ;;
  *Config.Labels*) ;;
  *json*) printf '"PATH=/usr/bin"\\n"CATTLE_SERVER_VERSION=v2.14.3"\\n"AUDIT_LEVEL=2"\\n"PASSWORD=hunter2\\\\nSECOND=line"\\n\\n' ;;
  *Config.Env*) echo CATTLE_SERVER_VERSION=v2.14.3 ;;
  *PortBindings*) printf 'port :443 443/tcp\\nargument --no-cacerts\\n\\n' ;;
  *.Image*) echo sha256:1 ;;
  exec*) echo "204800 /var/lib/rancher" ;;
esac`,
  );
  const { body, name } = findContainerScript("old");

  const run = await box.script(body, { name });

  expect([run.code, run.stderr]).toEqual([0, ""]);
  expect(run.stdout).not.toContain("hunter2");
  expect(readFoundContainer(run.stdout)).toEqual({
    container: "old",
    running: true,
    image: "rancher/rancher:v2.14.3",
    version: "2.14.3",
    data: "bind /opt/rancher",
    kib: 204800,
    ports: [":443 443/tcp"],
    arguments: ["--no-cacerts"],
    mounts: ["bind /opt/rancher /var/lib/rancher"],
    variables: ["AUDIT_LEVEL", "PASSWORD"],
    restart: "always",
  });
});

it("one that is not there is refused, with those that are", async () => {
  using box = new ScriptSandbox();
  box.command("docker", "printf 'wiki\\nblog\\n'");

  const run = await box.script(findContainerScript("old").body, { name: "adopt" });

  expect([run.code, run.stderr]).toEqual([10, "no container named old is on this machine. There are: wiki blog \n"]);
});

it("what was found is shown", () => {
  expect(foundText(found)).toBe(`  container  old, running, restart policy unless-stopped
  image      rancher/rancher:v2.14.3
  Rancher    2.14.3
  data       in the folder /opt/rancher of the host, 200 MiB
  ports      0.0.0.0:443 for 443/tcp, 0.0.0.0:80 for 80/tcp
  mounts     bind /opt/rancher at /var/lib/rancher, bind /etc/ssl/my certs at /etc/rancher/ssl, volume 0123 at /var/log, bind /etc/hosts at /etc/hosts
  variables  CATTLE_BOOTSTRAP_PASSWORD, HTTPS_PROXY, AUDIT_LEVEL, CATTLE_FEATURES
  arguments  --no-cacerts, --debug`);
  const empty = {
    ...found,
    running: false,
    version: undefined,
    data: "layer",
    kib: undefined,
    ports: [],
    mounts: [],
    variables: [],
    arguments: [],
  };
  expect(foundText(empty)).toContain("it does not tell which version");
  expect(foundText(empty)).toContain("in the container itself: they would be lost with it");
  expect(foundText({ ...found, data: "volume mine" })).toContain("in the volume mine");
});

it("what does not come along by itself is named, with the key that says it", () => {
  expect(notTakenOver(found, devSettings())).toEqual([
    "variable CATTLE_BOOTSTRAP_PASSWORD: nothing: it was used at the first start",
    "variable HTTPS_PROXY: docker.proxy",
    "variable AUDIT_LEVEL: docker.auditLog",
    "variable CATTLE_FEATURES: docker.environment",
    "argument --no-cacerts: tls: it follows from the certificate's source",
    "argument --debug: docker.arguments",
    "mount at /etc/rancher/ssl: tls: source: secret, with the certificate from the stack or { onHost: PATH }",
    "mount at /var/log: nothing: it comes back by itself",
    "mount at /etc/hosts: nothing: it is not mounted any more",
  ]);
});

it("a certificate of Rancher's own is named where another one would take its place", () => {
  const plain = { ...found, mounts: [], arguments: [], variables: [] };
  const behindNginx = devSettings();
  const alone = devSettings({
    loadBalancer: { kind: "none", ports: { http: 80, https: 443 } },
    tls: { source: "rancher" },
  });

  expect(notTakenOver(plain, behindNginx)).toEqual([
    "the certificate Rancher made for itself: agents of its clusters trust that CA, and no other. Has it clusters, then loadBalancer: { kind: none } and tls: { source: rancher }",
  ]);
  expect(notTakenOver(plain, alone)).toEqual([]);
  for (const own of [
    { ...plain, mounts: ["bind /etc/ssl/cert.pem /etc/rancher/ssl/cert.pem"] },
    { ...plain, arguments: ["--acme-domain=rancher.example.com"] },
  ])
    expect(notTakenOver(own, behindNginx)).toHaveLength(1);
  expect(adoptionSteps(plain, alone)[3]).toBe("Rancher 2.14.3 starts on the data in a container of this program");
});

it("the steps say where the data go, and what the way back is", () => {
  expect(adoptionSteps(found, devSettings())).toEqual([
    "old is stopped while its data are copied, then serves again while they are archived",
    "it is stopped for good, and its data are copied into the volume rancher-data",
    "it is kept, stopped, as old-before-rancher-stack, with its data as they are: your way back",
    "Rancher 2.14.3 starts on the data in a container of this program, behind nginx",
  ]);
  expect(adoptionSteps({ ...found, data: "volume rancher-data" }, devSettings())[1]).toContain(
    "are in the volume rancher-data already",
  );
});
