# Docker's package repository. Only packages signed by Docker's known keys are accepted: apt checks the key's
# fingerprint, and for rpm only that key is imported from the download. No script of Docker's is run. The functions
# expect `detect_system`.
#
# check_docker_system: sets `docker_folder` and `docker_suite`: the folder and the release of the system's packages in
#   the repository. Refuses systems without packages, before anything changes.
# add_docker_repository: adds it. Expects `check_docker_system`, and the certificates of public CAs on the machine.
# check_docker_repository: runs after the package lists are refreshed, because apt ignores a repository it cannot reach
#   or verify.
# remove_docker_repository: for undo steps. Keys in rpm's database stay, because another repository may have added them.
#
# needs: fail make_folder place

docker_repository=https://download.docker.com/linux

# Fingerprint of the key for Debian and Ubuntu: https://github.com/docker/docs/pull/11990/files,
# engine/install/debian.md, the steps with apt-key.
docker_key_of_debian=9DC858229FC7DD38854AE2D88D81803C0EBFCD88

# Fingerprint of the key for RHEL, CentOS and Fedora:
# https://github.com/docker/docs/blob/main/content/manuals/engine/install/rhel.md
docker_key_of_redhat=060A61C51B558A7F742B77AAC52FEB6B621E9F35

# Files this program creates.
docker_apt_key=/etc/apt/keyrings/rancher-stack-docker.asc
docker_apt_source=/etc/apt/sources.list.d/rancher-stack-docker.list
docker_rpm_key=/etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-docker
docker_dnf_source=/etc/yum.repos.d/rancher-stack-docker.repo

check_docker_system() {
  # shellcheck source=/dev/null
  docker_folder=$(. /etc/os-release && case $ID in
    debian | ubuntu | fedora | rhel | centos) echo "$ID" ;;
    # Built from the same sources, so the packages for CentOS work.
    rocky | almalinux | ol) echo centos ;;
  esac)
  [ -n "$docker_folder" ] || fail 10 "Docker has no packages for $system_name. Install Docker Engine on this machine yourself, then set docker.engine: existing"
  # shellcheck source=/dev/null
  docker_suite=$(. /etc/os-release && case $ID in debian | ubuntu) echo "${VERSION_CODENAME-}" ;; *) echo "${VERSION_ID%%.*}" ;; esac)
  [ -n "$docker_suite" ] || fail 10 "/etc/os-release of $system_name does not contain its release. Install Docker Engine on this machine yourself, then set docker.engine: existing"
}

add_docker_repository() {
  docker_key=$docker_repository/$docker_folder/gpg
  if [ "$system" = debian ]; then add_docker_to_apt; else add_docker_to_dnf; fi
}

add_docker_to_apt() {
  if [ ! -e "$docker_apt_key" ]; then
    make_folder /etc/apt/keyrings
    /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "$docker_key" "$work/key" >&2 9>&- || fail 20 "$docker_key cannot be downloaded; apt's output is above. If this machine cannot reach it, install Docker Engine yourself (apt-get install docker.io) and set docker.engine: existing"
    place "$docker_apt_key" 0644 <"$work/key"
  fi
  place "$docker_apt_source" 0644 <<SOURCE
deb [signed-by=$docker_apt_key,$docker_key_of_debian] $docker_repository/$docker_folder $docker_suite stable
SOURCE
}

add_docker_to_dnf() {
  command -v gpg >/dev/null && command -v curl >/dev/null || fail 10 "this machine lacks gpg or curl, which check Docker's key. Install gnupg2 and curl"
  if [ ! -e "$docker_rpm_key" ]; then
    curl -fsSL --retry 3 -o "$work/key" "$docker_key" 9>&- || fail 20 "$docker_key cannot be downloaded; curl's output is above"
    mkdir -p "$work/gpg"
    gpg -q --batch --homedir "$work/gpg" --import "$work/key" 2>"$work/output" 9>&- || fail 20 "$docker_key contains no keys: $(cat "$work/output")"
    gpg -q --batch --homedir "$work/gpg" --armor --export "$docker_key_of_redhat" >"$work/checked" 2>"$work/output" 9>&- || true
    [ -s "$work/checked" ] || fail 20 "Docker's known key is not in $docker_key. If https://docs.docker.com/engine/install/rhel/ shows another fingerprint, use a newer release of this program"
    make_folder /etc/pki/rpm-gpg
    place "$docker_rpm_key" 0644 <"$work/checked"
    rpm --import "$docker_rpm_key" || fail 20 "rpm does not accept Docker's key; its output is above"
  fi
  place "$docker_dnf_source" 0644 <<SOURCE
[rancher-stack-docker]
name=Docker, stable
baseurl=$docker_repository/$docker_folder/$docker_suite/\$basearch/stable
enabled=1
gpgcheck=1
gpgkey=file://$docker_rpm_key
SOURCE
}

check_docker_repository() {
  [ "$system" != debian ] || apt-cache policy docker-ce | grep -q " $docker_repository/" || fail 20 "apt has no docker-ce from $docker_repository/$docker_folder for $docker_suite; its output is above. Install Docker Engine yourself (apt-get install docker.io), then set docker.engine: existing"
}

remove_docker_repository() { rm -f "$docker_apt_source" "$docker_apt_key" "$docker_dnf_source" "$docker_rpm_key"; }
