import type { SecretName } from "../keys/secrets/secret-keys.ts";

/** What to suggest for a key name from another tool. */
export type Alias =
  /** The matching key of this stack file, below `rancher:`. */
  | { readonly key: string }
  /** The matching secret key. */
  | { readonly secret: SecretName }
  /** No matching key: how it works here, and what to do. */
  | { readonly how: string };

export type Answers = Readonly<Record<string, Alias>>;

export const key = (path: string): Alias => ({ key: path });
export const secret = (name: SecretName): Alias => ({ secret: name });
export const how = (text: string): Alias => ({ how: text });

export const noMachines = how("This program creates no machines. Name existing ones in the stack file.");
export const noClusters = how("This program uses the cluster that the kubeconfig points to. Set it in that cluster.");
export const noSsh = how("Nothing connects to the servers of an existing cluster over SSH. Leave it out.");
export const serverRoles = how(
  "The load balancer needs only the nodes that run the ingress controller. List those, without roles.",
);
export const daemonSetting = how("Set it for the whole engine, in /etc/docker/daemon.json of the Docker host.");
export const nginxLimits = how("nginx starts one worker per CPU, with limits that fit. Leave it out.");
export const tlsProtocols = how("nginx offers TLS 1.2 and 1.3 with current ciphers. Leave it out.");

/** Names of SSH settings: OpenSSH, k3s-ansible (inventory-sample.yml) and tf-rancher-up (recipes/upstream). */
export const sshNames = (at: string): Answers => ({
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
  password: how("SSH authenticates with a key: the secret sshPrivateKey, or one of the SSH agent."),
});

export const hostNames = (at: string): Answers => ({
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
