/**
 * Debian packages the machine itself must have before a rehearsal can make its hosts, with the reason a user is told.
 * None of them starts a daemon. Plain JavaScript, because the bootstrap reads it before anything is installed.
 * @type {readonly { readonly name: string; readonly command: string; readonly reason: string }[]}
 */
export const machinePackages = [
  { name: "mmdebstrap", command: "mmdebstrap", reason: "makes the Debian root of the rehearsal's hosts" },
  { name: "iproute2", command: "ip", reason: "makes the rehearsal's bridge and links, in a network namespace" },
  {
    name: "slirp4netns",
    command: "slirp4netns",
    reason: "lets the hosts reach package servers, without forwarding here",
  },
  { name: "nftables", command: "nft", reason: "makes a host go silent on the rehearsal's own bridge" },
  { name: "util-linux", command: "unshare", reason: "starts the hosts in namespaces of their own" },
  { name: "openssh-client", command: "ssh-keygen", reason: "makes the keys of the rehearsal's hosts and user" },
  { name: "debian-archive-keyring", command: "", reason: "checks the signatures of the packages in a host's root" },
];
