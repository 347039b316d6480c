import { expect, it } from "vitest";
import { adoptionRefusals } from "../../../operations/single-node/adoption-refusals.ts";
import { adoptionSteps, foundText, notTakenOver } from "../../../operations/single-node/adoption-report.ts";
import {
  findContainerScript,
  readFoundContainer,
  type FoundContainer,
} from "../../../operations/single-node/found-container.ts";
import { devSettings } from "../../support/dev-stack.ts";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";

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
  removedWhenStopped: false,
  withCredentials: ["HTTPS_PROXY"],
  certificateFolder: undefined,
  options: {},
  labels: [],
};

it("a container is inspected, and only the names of its variables leave the host", async () => {
  using box = new ScriptSandbox();
  // The engine's responses, by the format that was requested.
  box.command(
    "docker",
    `case "$*" in
  "container ls"*) printf 'old\\nwiki\\n' ;;
  *LogConfig*) printf 'option Memory 4294967296\\noption Dns ["192.0.2.53"]\\noption LogType "syslog"\\nlog-option syslog-address\\noption StopTimeout null\\n\\n' ;;
  "image inspect"*label*) printf 'label of.the.image\\n' ;;
  *label*) printf 'label of.the.image\\nlabel com.docker.compose.project\\n' ;;
  "image inspect"*) printf '"PATH=/usr/bin"\\n"CATTLE_SERVER_VERSION=v2.14.3"\\n"AUDIT_LEVEL=0"\\n' ;;
  *println*mount*) printf 'mount bind /opt/rancher /var/lib/rancher\\n\\n' ;;
  *Mounts*) echo "bind /opt/rancher" ;;
  *State.Running}}|*".State.Running}} old") echo true ;;
  *State.Running*) printf 'running true\\nimage rancher/rancher:v2.14.3\\nrestart always\\nremoved-when-stopped false\\n' ;;
  *Config.Labels*) ;;
  *json*) printf '"PATH=/usr/bin"\\n"CATTLE_SERVER_VERSION=v2.14.3"\\n"AUDIT_LEVEL=2"\\n"PASSWORD=hunter2\\\\nSECOND=line"\\n"https_proxy=http://ops:hunter2@192.0.2.1:3128"\\n"SSL_CERT_DIR=/container/certs"\\n\\n' ;;
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
    variables: ["AUDIT_LEVEL", "PASSWORD", "SSL_CERT_DIR", "https_proxy"],
    restart: "always",
    removedWhenStopped: false,
    withCredentials: ["https_proxy"],
    certificateFolder: "/container/certs",
    options: {
      Memory: 4294967296,
      Dns: ["192.0.2.53"],
      LogType: "syslog",
      StopTimeout: null,
      LogOptions: ["syslog-address"],
    },
    labels: ["com.docker.compose.project"],
  });
});

it("a missing container is refused, with the existing ones", async () => {
  using box = new ScriptSandbox();
  box.command("docker", "printf 'wiki\\nblog\\n'");

  const run = await box.script(findContainerScript("old").body, { name: "adopt" });

  expect([run.code, run.stderr]).toEqual([10, "this machine has no container named old. It has: wiki blog\n"]);
});

it("a found container is described", () => {
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
  expect(foundText(empty)).toContain("unknown: neither image nor container has a version");
  expect(foundText(empty)).toContain("in the container itself, and lost with it");
  expect(foundText({ ...found, data: "volume mine" })).toContain("in the volume mine");
});

it("every option that is not taken over automatically is named, with the key that sets it", () => {
  expect(notTakenOver(found, devSettings())).toEqual([
    "variable CATTLE_BOOTSTRAP_PASSWORD: nothing: it was used at the first start",
    "variable HTTPS_PROXY: docker.proxy, its user and password the secret rancher:proxyCredentials",
    "variable AUDIT_LEVEL: docker.auditLog",
    "variable CATTLE_FEATURES: docker.environment",
    "argument --no-cacerts: tls: it follows from the certificate's source",
    "argument --debug: docker.arguments",
    "mount at /etc/rancher/ssl: tls: source: secret, with the certificate from the stack or { onHost: PATH }",
    "mount at /var/log: nothing: it is generated again",
    "mount at /etc/hosts: nothing: it is no longer mounted",
    "--restart unless-stopped: always, so that Rancher restarts after any exit",
  ]);
});

const bare = {
  ...found,
  mounts: ["bind /tls /etc/rancher/ssl"],
  arguments: [],
  variables: [],
  ports: [],
  restart: "always",
};
const answer = (more: Partial<FoundContainer>) => notTakenOver({ ...bare, ...more }, devSettings()).slice(1);

it("options for CAs, registries and Let's Encrypt are named, each with its key or the reason why there is none", () => {
  const mounts = (...inside: string[]) => [...bare.mounts, ...inside.map((path) => `bind /srv/some ${path}`)];

  expect(
    notTakenOver(
      {
        ...bare,
        variables: ["SSL_CERT_DIR"],
        certificateFolder: "/container/certs",
        mounts: mounts("/container/certs", "/etc/pki/trust/anchors/company.pem", "/var/lib/rancher/k3s"),
      },
      devSettings(),
    ),
  ).toEqual([
    "variable SSL_CERT_DIR: docker.additionalTrustedCAs, with the certificates of the CAs in one file",
    "mount at /etc/rancher/ssl: tls: source: secret, with the certificate from the stack or { onHost: PATH }",
    "mount at /container/certs: docker.additionalTrustedCAs, with the certificates of the CAs in one file",
    "mount at /etc/pki/trust/anchors/company.pem: docker.additionalTrustedCAs, with the certificates of the CAs in one file",
  ]);
  expect(answer({ mounts: mounts("/etc/rancher/k3s/registries.yaml") })).toEqual([
    "mount at /etc/rancher/k3s/registries.yaml: the secret rancher:k3sRegistries, with the content of registries.yaml: npm run secret -- STACK k3sRegistries < registries.yaml",
  ]);
  const acme = notTakenOver({ ...bare, mounts: [], variables: ["ACME_DOMAIN"] }, devSettings());
  expect(acme).toHaveLength(1);
  expect(acme[0]).toMatch(
    /^variable ACME_DOMAIN: no key: Rancher no longer gets a certificate from Let's Encrypt itself/,
  );
});

it("every option of docker run is kept, set by a key, or named as not kept", () => {
  expect(
    answer({
      restart: "no",
      options: {
        Memory: 4294967296,
        NanoCpus: 1500000000,
        NetworkMode: "proxied",
        Dns: ["192.0.2.53", "192.0.2.54"],
        ExtraHosts: ["git.example.com:192.0.2.9"],
        Ulimits: [{ Name: "nofile", Soft: 1, Hard: 1 }],
        CgroupnsMode: "host",
        LogType: "syslog",
        LogOptions: ["syslog-address"],
        Sysctls: { "net.core.somaxconn": "1" },
        Devices: [{ PathOnHost: "/dev/fuse" }],
        Tmpfs: { "/run": "" },
        ShmSize: 67108864,
        IpcMode: "private",
        Runtime: "runc",
        PidsLimit: null,
        Init: false,
        User: "",
      },
      ports: ["127.0.0.1:8443 443/tcp", ":80 80/tcp", ":6443 6443/tcp"],
      labels: ["com.docker.compose.project", "owner"],
    }),
  ).toEqual([
    "--restart no: always, so that Rancher restarts after any exit",
    "--memory 4294967296: docker.memory: 4096m",
    "--cpus 1500000000: docker.cpus: 1.5",
    "--network proxied: not kept: the container is in the network rancher, only with nginx",
    "--dns 192.0.2.53, 192.0.2.54: not kept, because there is no key for it: the container uses Docker's resolver, and on a host over SSH its pods use the host's",
    "--add-host git.example.com:192.0.2.9: not kept, because there is no key for it: add the names to your DNS",
    "--ulimit nofile: not kept, because there is no key for it: the limits are the Docker engine's",
    "--cgroupns host: not kept, because there is no key for it: the mode is the Docker engine's default",
    "--log-driver syslog: not kept, because there is no key for it: logs go to 5 files of 10 MB, which docker logs reads",
    "--log-opt syslog-address: not kept, because there is no key for it: logs go to 5 files of 10 MB, which docker logs reads",
    "--sysctl net.core.somaxconn: not kept, because there is no key for it: set it on the host",
    "--device /dev/fuse: nothing: a privileged container has every device of the host",
    "--tmpfs /run: not kept, because there is no key for it",
    "-p 8443:443/tcp: loadBalancer.ports.https: 8443, without nginx docker.publish.https",
    "-p 127.0.0.1:8443:443/tcp: the address is not kept, because there is no key for it; the port is open on all addresses. Protect it with a firewall in front of the host",
    "-p 6443:6443/tcp: not kept, because there is no key for it",
    "label com.docker.compose.project: not kept: Docker Compose no longer finds the container. Take Rancher out of its file, or the next docker compose up starts a second one",
    "label owner: not kept, because there is no key for it",
  ]);
  expect(answer({})).toEqual([]);
});

it.each<[string, Partial<FoundContainer>, string]>([
  [
    "of an old version, with the upgrade path",
    { version: "2.9.3" },
    "Upgrade it by hand first, one minor version at a time, each time to its newest patch on Docker Hub: 2.10, then 2.11.",
  ],
  [
    "of an unknown newer version",
    { version: "2.99.0" },
    "old runs Rancher 2.99.0, which this program does not know yet",
  ],
  [
    "of a development version",
    { version: "2.15-head" },
    "old does not show which release of Rancher it runs (2.15-head)",
  ],
  ["that is removed when it is stopped", { removedWhenStopped: true }, "old was started with --rm"],
  [
    "with part of its data mounted from elsewhere",
    {
      data: "volume rancher-data",
      mounts: ["volume rancher-data /var/lib/rancher", "bind /srv/k3s /var/lib/rancher/k3s"],
    },
    "but a part of it, /var/lib/rancher/k3s, is mounted from elsewhere",
  ],
])("a container is refused before any question: one %s", (_, more, message) => {
  expect(adoptionRefusals(found)).toEqual([]);
  expect(adoptionRefusals({ ...found, ...more }).join("\n")).toContain(message);
});

it("Rancher's own certificate is named if another one would replace it", () => {
  const plain = { ...found, mounts: [], arguments: [], variables: [], ports: [], restart: "always" };
  const behindNginx = devSettings();
  const alone = devSettings({
    loadBalancer: { kind: "none", ports: { http: 80, https: 443 } },
    tls: { source: "rancher" },
  });

  expect(notTakenOver(plain, behindNginx)).toEqual([
    "the certificate that Rancher generated: agents of its clusters trust only that CA. If it manages clusters, set loadBalancer: { kind: none } and tls: { source: rancher }",
  ]);
  expect(notTakenOver(plain, alone)).toEqual([]);
  for (const own of [
    { ...plain, mounts: ["bind /etc/ssl/cert.pem /etc/rancher/ssl/cert.pem"] },
    { ...plain, arguments: ["--acme-domain=rancher.example.com"] },
  ])
    expect(notTakenOver(own, behindNginx)).toHaveLength(1);
  expect(adoptionSteps(plain, alone)[3]).toBe("Rancher 2.14.3 starts on the data in a container of this program");
});

it("the steps name where the data is copied, and the way back", () => {
  expect(adoptionSteps(found, devSettings())).toEqual([
    "old is stopped while its data is copied, then runs again while the copy is archived",
    "it is stopped, and its data is copied into the volume rancher-data",
    "it is kept, stopped, as old-before-rancher-stack, with its data unchanged: your way back",
    "Rancher 2.14.3 starts on the data in a container of this program, behind nginx",
  ]);
  expect(adoptionSteps({ ...found, data: "volume rancher-data" }, devSettings())[1]).toContain(
    "is already in the volume rancher-data",
  );
});
