# nginx.org's repository of stable packages, for nginx only. Only packages signed with one of its known keys are
# accepted: apt gets their fingerprints, and for rpm only these keys are imported from the download.
#
# add_nginx_org: adds the repository.
# check_nginx_org: ends the script if apt has no nginx from it. Runs after the package lists were refreshed: apt ignores
#   a repository that it cannot reach and would install the distribution's nginx. dnf and zypper fail instead. All three
#   reject invalid signatures.
#
# Reads the paths of its files, `nginxOrgFiles` in nginx-org-repository.ts. Removing them removes the repository. Keys
# in rpm's database stay, as another repository may use them.
#
# needs: fail place make_folder

# Keys nginx.org signs its packages with, by their fingerprints, as in
# https://github.com/nginx/nginx.org/blob/main/text/keys/nginx_signing.key; its instructions
# (https://nginx.org/en/linux_packages.html) name the second one, which expires on 2027-05-24.
signing_keys="8540A6F18833A80E9C1653A42FD21310B49F6B46 573BFD6B3D8FBC641079A6ABABF5BD827BD9BF62 9E9BE90EACBCDE69FE9B204CBCDCD8A38D88A2B3"
signing_key_url=https://nginx.org/keys/nginx_signing.key
nginx_org=https://nginx.org/packages

apt_helper=/usr/lib/apt/apt-helper

add_nginx_org() {
  case $system in
    debian) add_nginx_org_to_apt ;;
    redhat) add_nginx_org_to_rpm "$dnf_source" centos ;;
    suse) add_nginx_org_to_rpm "$zypper_source" sles ;;
  esac
}

add_nginx_org_to_apt() {
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && echo "$ID ${VERSION_CODENAME-}")
  case $release in
    "debian "?* | "ubuntu "?*) ;;
    *) fail 10 "nginx.org has packages for Debian and Ubuntu only, not for derivatives; this machine runs $system_name. Use package: distribution" ;;
  esac
  if [ ! -e "$apt_key" ]; then
    make_folder "$(dirname "$apt_key")"
    "$apt_helper" -o APT::Sandbox::User=root download-file "$signing_key_url" "$work/key" >&2 9>&- || fail 20 "$signing_key_url cannot be downloaded; apt's output is above. Is ca-certificates installed?"
    place "$apt_key" 0644 <"$work/key"
  fi
  place "$apt_pin" 0644 <<'PIN'
Package: nginx nginx-module-*
Pin: origin nginx.org
Pin-Priority: 900
PIN
  place "$apt_source" 0644 <<SOURCE
deb [signed-by=$apt_key,$(printf %s "$signing_keys" | tr ' ' ,)] $nginx_org/${release% *} ${release#* } nginx
SOURCE
}

# Adds the repository's file, for a folder of nginx.org's packages.
add_nginx_org_to_rpm() {
  command -v gpg >/dev/null && command -v curl >/dev/null || fail 10 "this machine lacks gpg or curl, which check nginx.org's key. Install gnupg2 and curl, or use package: distribution"
  if [ ! -e "$rpm_key" ]; then
    curl -fsSL --retry 3 -o "$work/key" "$signing_key_url" 9>&- || fail 20 "$signing_key_url cannot be downloaded; curl's output is above"
    mkdir -p "$work/gpg"
    gpg -q --batch --homedir "$work/gpg" --import "$work/key" 2>"$work/output" 9>&- || fail 20 "$signing_key_url contains no keys: $(cat "$work/output")"
    # shellcheck disable=SC2086 # one word per key
    gpg -q --batch --homedir "$work/gpg" --armor --export $signing_keys >"$work/checked" 2>"$work/output" 9>&- || true
    [ -s "$work/checked" ] || fail 20 "none of nginx.org's known keys is in $signing_key_url. Compare https://nginx.org/en/linux_packages.html with a newer release of this program"
    make_folder "$(dirname "$rpm_key")"
    place "$rpm_key" 0644 <"$work/checked"
    rpm --import "$rpm_key" || fail 20 "rpm does not accept nginx.org's key; its output is above"
  fi
  # shellcheck source=/dev/null
  major=$(. /etc/os-release && echo "${VERSION_ID%%.*}")
  place "$1" 0644 <<SOURCE
[rancher-stack-nginx]
name=nginx.org, stable
baseurl=$nginx_org/$2/$major/\$basearch/
enabled=1
gpgcheck=1
gpgkey=file://$rpm_key
module_hotfixes=true
priority=9
SOURCE
}

check_nginx_org() {
  [ "$system" != debian ] || apt-cache policy nginx | grep -q " $nginx_org/" || fail 20 "apt has no nginx from $nginx_org; its output is above. If this machine cannot reach nginx.org, use package: distribution"
}
