/**
 * Keys nginx.org signs its packages with, by their fingerprints, as in
 * https://github.com/nginx/nginx.org/blob/main/text/keys/nginx_signing.key; its instructions
 * (https://nginx.org/en/linux_packages.html) name the second one, which expires on 2027-05-24.
 */
const signingKeys = [
  "8540A6F18833A80E9C1653A42FD21310B49F6B46",
  "573BFD6B3D8FBC641079A6ABABF5BD827BD9BF62",
  "9E9BE90EACBCDE69FE9B204CBCDCD8A38D88A2B3",
];

const repository = "https://nginx.org/packages";
const keyUrl = "https://nginx.org/keys/nginx_signing.key";

/** Files that add nginx.org's repository and its signing keys on Debian. */
const aptKey = "/etc/apt/keyrings/rancher-stack-nginx.asc";
const aptSource = "/etc/apt/sources.list.d/rancher-stack-nginx.list";
const aptPin = "/etc/apt/preferences.d/rancher-stack-nginx";
const rpmKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-nginx";
const dnfSource = "/etc/yum.repos.d/rancher-stack-nginx.repo";
const zypperSource = "/etc/zypp/repos.d/rancher-stack-nginx.repo";

/**
 * Adds nginx.org's repository of stable packages, for nginx only. Accepts only packages signed with one of the keys
 * above: apt gets their fingerprints, and for rpm only these keys are imported from the download. Requires
 * `packageManager`.
 */
export const addNginxOrg = `case $system in
debian)
  release=$(. /etc/os-release && echo "$ID \${VERSION_CODENAME-}")
  case $release in
    "debian "?* | "ubuntu "?*) ;;
    *) fail 10 "nginx.org has packages for Debian and Ubuntu only, not for derivatives; this machine runs $system_name. Use package: distribution" ;;
  esac
  if [ ! -e ${aptKey} ]; then
    make_folder /etc/apt/keyrings
    /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file ${keyUrl} "$work/key" >&2 9>&- || fail 20 "${keyUrl} cannot be downloaded; apt's output is above. Is ca-certificates installed?"
    place ${aptKey} 0644 <"$work/key"
  fi
  place ${aptPin} 0644 <<'PIN'
Package: nginx nginx-module-*
Pin: origin nginx.org
Pin-Priority: 900
PIN
  place ${aptSource} 0644 <<SOURCE
deb [signed-by=${[aptKey, ...signingKeys].join(",")}] ${repository}/\${release% *} \${release#* } nginx
SOURCE
  ;;
*)
  command -v gpg >/dev/null && command -v curl >/dev/null || fail 10 "this machine lacks gpg or curl, which check nginx.org's key. Install gnupg2 and curl, or use package: distribution"
  if [ ! -e ${rpmKey} ]; then
    curl -fsSL --retry 3 -o "$work/key" ${keyUrl} 9>&- || fail 20 "${keyUrl} cannot be downloaded; curl's output is above"
    mkdir -p "$work/gpg"
    gpg -q --batch --homedir "$work/gpg" --import "$work/key" 2>"$work/output" 9>&- || fail 20 "${keyUrl} contains no keys: $(cat "$work/output")"
    gpg -q --batch --homedir "$work/gpg" --armor --export ${signingKeys.join(" ")} >"$work/checked" 2>"$work/output" 9>&- || true
    [ -s "$work/checked" ] || fail 20 "none of nginx.org's known keys is in ${keyUrl}. Compare https://nginx.org/en/linux_packages.html with a newer release of this program"
    make_folder /etc/pki/rpm-gpg
    place ${rpmKey} 0644 <"$work/checked"
    rpm --import ${rpmKey} || fail 20 "rpm does not accept nginx.org's key; its output is above"
  fi
  case $system in redhat) source=${dnfSource} folder=centos ;; *) source=${zypperSource} folder=sles ;; esac
  major=$(. /etc/os-release && echo "\${VERSION_ID%%.*}")
  place "$source" 0644 <<SOURCE
[rancher-stack-nginx]
name=nginx.org, stable
baseurl=${repository}/$folder/$major/\\$basearch/
enabled=1
gpgcheck=1
gpgkey=file://${rpmKey}
module_hotfixes=true
priority=9
SOURCE
  ;;
esac`;

/**
 * Runs after the package lists were refreshed: apt ignores a repository that it cannot reach and would install the
 * distribution's nginx. dnf and zypper fail instead. All three reject invalid signatures.
 */
export const checkNginxOrg = `[ "$system" != debian ] || apt-cache policy nginx | grep -q ' ${repository}/' || fail 20 "apt has no nginx from ${repository}; its output is above. If this machine cannot reach nginx.org, use package: distribution"`;

/** For undo steps. Keys in rpm's database stay, as another repository may use them. */
export const removeNginxOrg = `rm -f ${[aptSource, aptPin, aptKey, dnfSource, zypperSource, rpmKey].join(" ")}`;
