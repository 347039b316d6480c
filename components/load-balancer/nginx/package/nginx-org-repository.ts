/** Files that add nginx.org's repository and its signing keys, by the variables of nginx-org-repository.sh. */
export const nginxOrgFiles = {
  apt_key: "/etc/apt/keyrings/rancher-stack-nginx.asc",
  apt_source: "/etc/apt/sources.list.d/rancher-stack-nginx.list",
  apt_pin: "/etc/apt/preferences.d/rancher-stack-nginx",
  rpm_key: "/etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-nginx",
  dnf_source: "/etc/yum.repos.d/rancher-stack-nginx.repo",
  zypper_source: "/etc/zypp/repos.d/rancher-stack-nginx.repo",
} as const;
