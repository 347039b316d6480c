/**
 * The keys Docker signs its packages with, by the fingerprints in Docker's documentation:
 *
 * - Debian and Ubuntu: https://github.com/docker/docs/pull/11990/files, engine/install/debian.md, the steps with apt-key.
 * - RHEL, CentOS, Fedora: https://github.com/docker/docs/blob/main/content/manuals/engine/install/rhel.md
 */
const signingKeys = {
  debian: "9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
  redhat: "060A61C51B558A7F742B77AAC52FEB6B621E9F35",
} as const;

const repository = "https://download.docker.com/linux";

/** Files this program creates. */
const aptKey = "/etc/apt/keyrings/rancher-stack-docker.asc";
const aptSource = "/etc/apt/sources.list.d/rancher-stack-docker.list";
const rpmKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-docker";
const dnfSource = "/etc/yum.repos.d/rancher-stack-docker.repo";

/**
 * Sets `$docker_folder` and `$docker_suite`: the folder and the release of the system's packages in Docker's repository.
 * Refuses systems without packages, before anything changes. Expects `packageManager`.
 */
export const checkDockerSystem = `docker_folder=$(. /etc/os-release && case $ID in
  debian | ubuntu | fedora | rhel | centos) echo "$ID" ;;
  # Built from the same sources, so the packages for CentOS work.
  rocky | almalinux | ol) echo centos ;;
esac)
[ -n "$docker_folder" ] || fail 10 "Docker has no packages for $system_name. Install Docker Engine on this machine yourself, then set docker.engine: existing"
docker_suite=$(. /etc/os-release && case $ID in debian | ubuntu) echo "\${VERSION_CODENAME-}" ;; *) echo "\${VERSION_ID%%.*}" ;; esac)
[ -n "$docker_suite" ] || fail 10 "/etc/os-release of $system_name does not contain its release. Install Docker Engine on this machine yourself, then set docker.engine: existing"`;

/**
 * Adds Docker's repository. Only packages signed by the key above are accepted: apt checks its fingerprint, and for rpm
 * only that key is imported from the download. No script of Docker's is run. Expects `checkDockerSystem`, and the
 * certificates of public CAs on the machine.
 */
export const addDockerRepository = `docker_key=${repository}/$docker_folder/gpg
case $system in
debian)
  if [ ! -e ${aptKey} ]; then
    make_folder /etc/apt/keyrings
    /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "$docker_key" "$work/key" >&2 9>&- || fail 20 "$docker_key cannot be downloaded; apt's output is above. If this machine cannot reach it, install Docker Engine yourself (apt-get install docker.io) and set docker.engine: existing"
    place ${aptKey} 0644 <"$work/key"
  fi
  place ${aptSource} 0644 <<SOURCE
deb [signed-by=${aptKey},${signingKeys.debian}] ${repository}/$docker_folder $docker_suite stable
SOURCE
  ;;
*)
  command -v gpg >/dev/null && command -v curl >/dev/null || fail 10 "this machine lacks gpg or curl, which check Docker's key. Install gnupg2 and curl"
  if [ ! -e ${rpmKey} ]; then
    curl -fsSL --retry 3 -o "$work/key" "$docker_key" 9>&- || fail 20 "$docker_key cannot be downloaded; curl's output is above"
    mkdir -p "$work/gpg"
    gpg -q --batch --homedir "$work/gpg" --import "$work/key" 2>"$work/output" 9>&- || fail 20 "$docker_key contains no keys: $(cat "$work/output")"
    gpg -q --batch --homedir "$work/gpg" --armor --export ${signingKeys.redhat} >"$work/checked" 2>"$work/output" 9>&- || true
    [ -s "$work/checked" ] || fail 20 "Docker's known key is not in $docker_key. Compare https://docs.docker.com/engine/install/rhel/ with a newer release of this program"
    make_folder /etc/pki/rpm-gpg
    place ${rpmKey} 0644 <"$work/checked"
    rpm --import ${rpmKey} || fail 20 "rpm does not accept Docker's key; its output is above"
  fi
  place ${dnfSource} 0644 <<SOURCE
[rancher-stack-docker]
name=Docker, stable
baseurl=${repository}/$docker_folder/$docker_suite/\\$basearch/stable
enabled=1
gpgcheck=1
gpgkey=file://${rpmKey}
SOURCE
  ;;
esac`;

/** Runs after the package lists are refreshed, because apt ignores a repository it cannot reach or verify. */
export const checkDockerRepository = `[ "$system" != debian ] || apt-cache policy docker-ce | grep -q ' ${repository}/' || fail 20 "apt has no docker-ce from ${repository}/$docker_folder for $docker_suite; its output is above. Install Docker Engine yourself (apt-get install docker.io), then set docker.engine: existing"`;

/** For undo steps. Keys in rpm's database stay, because another repository may have added them. */
export const removeDockerRepository = `rm -f ${[aptSource, aptKey, dnfSource, rpmKey].join(" ")}`;
