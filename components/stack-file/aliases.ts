import type { Mode } from "./mode-schemas.ts";
import type { Path } from "./known-keys.ts";
import type { SecretName } from "./secret-keys.ts";

/** What a name that another tool uses is answered with. */
export type Alias =
  /** The key here, below `rancher:`. */
  | { readonly key: string }
  /** The secret key here. */
  | { readonly secret: SecretName }
  /** No key: how it is here, and what to do. */
  | { readonly how: string };

type Answers = Readonly<Record<string, Alias>>;

const key = (path: string): Alias => ({ key: path });
const secret = (name: SecretName): Alias => ({ secret: name });
const how = (text: string): Alias => ({ how: text });

const noMachines = how("This program makes no machines. Name existing ones in the stack file.");
const noClusters = how("This program uses the cluster that its kubeconfig leads to. Set it in that cluster.");
const noSsh = how("Nothing connects to the servers of an existing cluster over SSH. Leave it out.");
const serverRoles = how(
  "The load balancer needs only the nodes that run the ingress controller. List those, without roles.",
);
const daemonSetting = how("Set it for the whole engine, in /etc/docker/daemon.json of the Docker host.");
const nginxLimits = how("nginx starts one worker per CPU, with limits that fit. Leave it out.");
const tlsProtocols = how("nginx offers TLS 1.2 and 1.3 with current ciphers. Leave it out.");

/** Names of SSH settings: OpenSSH, k3s-ansible (inventory-sample.yml) and tf-rancher-up (recipes/upstream). */
const sshNames = (at: string): Answers => ({
  username: key(`${at}.user`),
  sshuser: key(`${at}.user`),
  sshusername: key(`${at}.user`),
  ansibleuser: key(`${at}.user`),
  sshport: key(`${at}.port`),
  ansibleport: key(`${at}.port`),
  bastion: key(`${at}.jumpHost`),
  bastionhost: key(`${at}.jumpHost`),
  proxyjump: key(`${at}.jumpHost`),
  key: secret("sshPrivateKey"),
  keyfile: secret("sshPrivateKey"),
  identityfile: secret("sshPrivateKey"),
  privatekey: secret("sshPrivateKey"),
  sshkey: secret("sshPrivateKey"),
  sshkeypath: secret("sshPrivateKey"),
  passphrase: secret("sshPrivateKeyPassword"),
  password: how("SSH signs in with a key: the secret sshPrivateKey, or the SSH agent's."),
});

const hostNames = (at: string): Answers => ({
  ...sshNames(at),
  ip: key(`${at}.address`),
  host: key(`${at}.address`),
  hostname: key(`${at}.address`),
  ansiblehost: key(`${at}.address`),
  ipaddress: key(`${at}.address`),
  internalip: key(`${at}.privateAddress`),
  internaladdress: key(`${at}.privateAddress`),
  privateip: key(`${at}.privateAddress`),
  fingerprint: key(`${at}.hostKey`),
  knownhosts: key(`${at}.hostKey`),
  publickey: key(`${at}.hostKey`),
});

/** `docker run` and the Compose file format. */
const dockerNames: Answers = {
  name: how("The container is always called rancher. To take over one of another name, use rancher:docker.adopt."),
  containername: how(
    "The container is always called rancher. To take over one of another name, use rancher:docker.adopt.",
  ),
  ports: key("docker.publish"),
  port: key("docker.publish"),
  p: key("docker.publish"),
  expose: key("docker.publish"),
  data: how("Rancher's data is in the volume rancher-data. To bring data from a container, use rancher:docker.adopt."),
  volume: how(
    "Rancher's data is in the volume rancher-data. To bring data from a container, use rancher:docker.adopt.",
  ),
  volumes: how(
    "Rancher's data is in the volume rancher-data. To bring data from a container, use rancher:docker.adopt.",
  ),
  mounts: how(
    "Rancher's data is in the volume rancher-data. To bring data from a container, use rancher:docker.adopt.",
  ),
  privileged: how("Rancher's container is always privileged, as the Kubernetes inside it needs. Leave it out."),
  restart: how("The container always restarts with the engine. Leave it out."),
  detach: how("The container always runs in the background. Leave it out."),
  network: how("The container has a network of its own, rancher. Leave it out."),
  networks: how("The container has a network of its own, rancher. Leave it out."),
  networkmode: how("The container has a network of its own, rancher. Leave it out."),
  hostname: key("hostname"),
  env: key("docker.environment"),
  e: key("docker.environment"),
  envfile: key("docker.environment"),
  command: key("docker.arguments"),
  cmd: key("docker.arguments"),
  args: key("docker.arguments"),
  memlimit: key("docker.memory"),
  memorylimit: key("docker.memory"),
  cpu: key("docker.cpus"),
  cpulimit: key("docker.cpus"),
  tag: key("version"),
  version: key("version"),
  auditlevel: key("docker.auditLog.level"),
  httpproxy: key("docker.proxy.http"),
  httpsproxy: key("docker.proxy.https"),
  noproxy: key("docker.proxy.noProxy"),
  systemdefaultregistry: key("docker.registry"),
  dns: daemonSetting,
  dnssearch: daemonSetting,
  dnsopt: daemonSetting,
  logging: daemonSetting,
  logdriver: daemonSetting,
  addhost: how("Give the name an address in the DNS that the Docker host uses."),
  extrahosts: how("Give the name an address in the DNS that the Docker host uses."),
  acmedomain: key("tls"),
};

/** nginx.conf, other load balancers, and the ways people run them. */
const balancerNames: Answers = {
  type: key("loadBalancer.kind"),
  runtime: key("loadBalancer.runAs"),
  container: key("loadBalancer.runAs"),
  workerconnections: nginxLimits,
  workerprocesses: nginxLimits,
  workerrlimitnofile: nginxLimits,
  algorithm: key("loadBalancer.method"),
  balance: key("loadBalancer.method"),
  lbmethod: key("loadBalancer.method"),
  strategy: key("loadBalancer.method"),
  leastconn: key("loadBalancer.method"),
  timeout: key("loadBalancer.timeouts.idle"),
  readtimeout: key("loadBalancer.timeouts.idle"),
  sendtimeout: key("loadBalancer.timeouts.idle"),
  idletimeout: key("loadBalancer.timeouts.idle"),
  keepalivetimeout: key("loadBalancer.timeouts.idle"),
  proxytimeout: key("loadBalancer.timeouts.idle"),
  proxyreadtimeout: key("loadBalancer.timeouts.idle"),
  proxysendtimeout: key("loadBalancer.timeouts.idle"),
  connecttimeout: key("loadBalancer.timeouts.connect"),
  proxyconnecttimeout: key("loadBalancer.timeouts.connect"),
  workershutdowntimeout: key("loadBalancer.timeouts.shutdown"),
  proxynextupstreamtries: key("loadBalancer.failover.tries"),
  clientmaxbodysize: key("loadBalancer.nginx.maxBodySize"),
  bodysize: key("loadBalancer.nginx.maxBodySize"),
  resolver: key("loadBalancer.nginx.resolvers"),
  stubstatus: key("loadBalancer.nginx.statusPort"),
  accesslog: key("loadBalancer.nginx.logFormat"),
  stricttransportsecurity: key("loadBalancer.nginx.hsts"),
  listen: key("loadBalancer.ports"),
  servername: key("hostname"),
  upstream: key("cluster.servers"),
  upstreams: key("cluster.servers"),
  backends: key("cluster.servers"),
  servers: key("cluster.servers"),
  sslcertificate: key("tls.certificate"),
  sslcertificatekey: secret("tlsPrivateKey"),
  sslprotocols: tlsProtocols,
  sslciphers: tlsProtocols,
  vip: key("loadBalancer.floatingAddress"),
  virtualip: key("loadBalancer.floatingAddress"),
  floatingip: key("loadBalancer.floatingAddress"),
  keepalived: key("loadBalancer.floatingAddress"),
  nodes: key("loadBalancer.hosts"),
};

const tlsNames: Answers = {
  key: secret("tlsPrivateKey"),
  keyfile: secret("tlsPrivateKey"),
  tlskey: secret("tlsPrivateKey"),
  cert: key("tls.certificate"),
  crt: key("tls.certificate"),
  pem: key("tls.certificate"),
  certfile: key("tls.certificate"),
  fullchain: key("tls.certificate"),
  ca: key("tls.caCertificate"),
  cacert: key("tls.caCertificate"),
  cacerts: key("tls.caCertificate"),
  cabundle: key("tls.caCertificate"),
  acme: key("tls.source"),
  type: key("tls.source"),
};

const clusterNames: Answers = {
  type: key("cluster.distribution"),
  provider: key("cluster.distribution"),
  kubernetesversion: key("cluster.version"),
  k8sversion: key("cluster.version"),
  k3sversion: key("cluster.version"),
  rke2version: key("cluster.version"),
  installk3sversion: key("cluster.version"),
  nodes: key("cluster.servers"),
  masters: key("cluster.servers"),
  controlplane: key("cluster.servers"),
  ingress: key("cluster.ingressController"),
  ingressclass: key("cluster.ingressController"),
  kubeconfig: secret("kubeconfig"),
};

/** The Rancher chart, tf-rancher-up (modules/rancher, recipes/upstream) and k3s-ansible (inventory-sample.yml). */
const topNames: Answers = {
  rancherhostname: key("hostname"),
  servername: key("hostname"),
  serverurl: key("hostname"),
  domain: key("hostname"),
  fqdn: key("hostname"),
  rancherversion: key("version"),
  rancherimagetag: key("version"),
  imagetag: key("version"),
  tag: key("version"),
  rancherreplicas: key("replicas"),
  helmrepository: key("chartRepository"),
  rancherhelmrepository: key("chartRepository"),
  certmanagerversion: key("certManager.version"),
  certmanagerhelmrepository: key("certManager.chartRepository"),
  rancheradditionalhelmvalues: key("chartValues"),
  values: key("chartValues"),
  extravalues: key("chartValues"),
  rancherantiaffinity: key("chartValues"),
  antiaffinity: key("chartValues"),
  additionaltrustedcas: key("chartValues"),
  rancherbootstrappassword: secret("bootstrapPassword"),
  rancherpassword: secret("bootstrapPassword"),
  adminpassword: secret("bootstrapPassword"),
  password: secret("bootstrapPassword"),
  kubeconfigfile: secret("kubeconfig"),
  kubeconfigpath: secret("kubeconfig"),
  kubeconfigfilename: secret("kubeconfig"),
  tlssource: key("tls.source"),
  ingresstlssource: key("tls.source"),
  tlscrtpath: key("tls.certificate"),
  certificate: key("tls.certificate"),
  tlskeypath: secret("tlsPrivateKey"),
  cacertspath: key("tls.caCertificate"),
  letsencrypt: key("tls"),
  letsencryptemail: key("tls.email"),
  email: key("tls.email"),
  ingress: key("cluster.ingressController"),
  nodes: key("cluster.servers"),
  servers: key("cluster.servers"),
  kubernetesversion: key("cluster.version"),
  k3sversion: key("cluster.version"),
  rke2version: key("cluster.version"),
  sshusername: key("ssh.user"),
  sshuser: key("ssh.user"),
  ansibleuser: key("ssh.user"),
  ansibleport: key("ssh.port"),
  sshkey: secret("sshPrivateKey"),
  sshkeypairpath: secret("sshPrivateKey"),
  nginx: key("loadBalancer"),
  haproxy: key("loadBalancer"),
  lb: key("loadBalancer"),
  balancer: key("loadBalancer"),
  image: key("docker.image"),
  publish: key("docker.publish"),
  environment: key("docker.environment"),
  volumes: dockerNames["volumes"] ?? noMachines,
  privileged: dockerNames["privileged"] ?? noMachines,
  restart: dockerNames["restart"] ?? noMachines,
  defaultregistry: key("docker.registry"),
  systemdefaultregistry: key("docker.registry"),
  k3stoken: noClusters,
  token: noClusters,
  apiendpoint: noClusters,
  apiport: noClusters,
  k3schannel: noClusters,
  k3sconfig: noClusters,
  extraserverargs: noClusters,
  extraagentargs: noClusters,
  serverconfigyaml: noClusters,
  agentconfigyaml: noClusters,
  registriesconfigyaml: noClusters,
  airgapdir: noClusters,
  instancetype: noMachines,
  instancecount: noMachines,
  serverinstancecount: noMachines,
  workerinstancecount: noMachines,
  prefix: noMachines,
};

/** By the place a name stands at, indices left out. */
const places: Readonly<Record<string, Answers>> = {
  "": topNames,
  docker: dockerNames,
  "docker.host": {
    ...hostNames("docker.host"),
    internalip: key("docker.host.address"),
    internaladdress: key("docker.host.address"),
    privateip: key("docker.host.address"),
  },
  loadBalancer: balancerNames,
  "loadBalancer.nginx": balancerNames,
  "loadBalancer.timeouts": balancerNames,
  "loadBalancer.hosts": hostNames("loadBalancer.hosts[]"),
  ssh: sshNames("ssh"),
  tls: tlsNames,
  cluster: clusterNames,
  "cluster.servers": {
    ip: key("cluster.servers[].address"),
    host: key("cluster.servers[].address"),
    hostname: key("cluster.servers[].address"),
    internalip: key("cluster.servers[].address"),
    role: serverRoles,
    roles: serverRoles,
    user: noSsh,
    port: noSsh,
    hostkey: noSsh,
    jumphost: noSsh,
    sshkey: noSsh,
    sshkeypath: noSsh,
  },
};

/** Answers whose key only one mode has, in the other mode. */
const otherwise: Readonly<Record<Mode, Answers>> = {
  "high-availability": {
    "docker.image": key("chartValues"),
    "docker.environment": key("chartValues"),
    "docker.registry": key("chartValues"),
    "docker.publish": key("loadBalancer.ports"),
  },
  "single-node": {
    "cluster.servers": how("nginx on a single node finds Rancher by itself. Leave it out."),
    "loadBalancer.hosts": key("docker.host"),
  },
};

/** All places and names, for tests. */
export const aliasTable: readonly (readonly [place: string, name: string, alias: Alias])[] = Object.entries(
  places,
).flatMap(([place, answers]) => Object.entries(answers).map(([name, alias]) => [place, name, alias] as const));

/** What a name of another tool means at a place of the stack file; spelling with capitals, `_` or `-` is all the same. */
export function aliasOf(path: Path, name: string, mode: Mode): Alias | undefined {
  const place = path.filter((part) => typeof part === "string").join(".");
  const answers = Object.hasOwn(places, place) ? places[place] : undefined;
  const plain = name.toLowerCase().replace(/[-_]/g, "");
  if (answers === undefined || !Object.hasOwn(answers, plain)) return undefined;
  const alias = answers[plain];
  const other = alias !== undefined && "key" in alias ? otherwise[mode][alias.key] : undefined;
  return other ?? alias;
}
