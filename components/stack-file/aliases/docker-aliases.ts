import { key, how, daemonSetting, type Answers } from "./alias.ts";

const containerName = how(
  "The container is always called rancher. To take over one with another name, use rancher:docker.adopt.",
);
const dataVolume = how(
  "Rancher's data is in the volume rancher-data. To bring data from a container, use rancher:docker.adopt.",
);
const containerNetwork = how("The container has its own network, rancher. Leave it out.");

/** Names from `docker run` and the Compose file format. */
export const dockerNames: Answers = {
  name: containerName,
  containername: containerName,
  ports: key("docker.publish"),
  port: key("docker.publish"),
  p: key("docker.publish"),
  expose: key("docker.publish"),
  data: dataVolume,
  volume: dataVolume,
  volumes: dataVolume,
  mounts: dataVolume,
  privileged: how(
    "Rancher's container is always privileged, because the Kubernetes inside it requires it. Leave it out.",
  ),
  restart: how("The container always restarts with the engine. Leave it out."),
  detach: how("The container always runs in the background. Leave it out."),
  network: containerNetwork,
  networks: containerNetwork,
  networkmode: containerNetwork,
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
  addhost: how("Add the name to the DNS that the Docker host uses."),
  extrahosts: how("Add the name to the DNS that the Docker host uses."),
  acmedomain: key("tls"),
};
