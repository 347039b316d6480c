import type { Input } from "@pulumi/pulumi";
import { hereDocument, quote, quotePath } from "../host/shell.ts";
import { pairFault } from "./certificate-checks-script.ts";
import { certificateFolder, folderName } from "./certificate-files.ts";
import type { BalancerCertificate } from "./certificate-files.ts";

type OnHost = Extract<BalancerCertificate, { from: "host" }>;

/** Name under which the script receives the key of a certificate from the stack; a valid shell variable name. */
export function keySecret({ name }: BalancerCertificate): string {
  return `key_${name.replaceAll("-", "_")}`;
}

/** The keys that are sent to every host of a load balancer, by those names. */
export function certificateSecrets(certificates: readonly BalancerCertificate[]): Record<string, Input<string>> {
  return Object.fromEntries(
    certificates.flatMap((certificate) =>
      certificate.from === "stack" ? [[keySecret(certificate), certificate.privateKey] as const] : [],
    ),
  );
}

/**
 * Functions that install certificates. They write only to `certificateFolder` and `$facts`.
 *
 * - `place_pair FOLDER HOSTNAME`: checks `$work/chain.pem` and `$work/key.pem` and installs them in FOLDER. Exits if
 *   the check fails.
 * - `copy_pair NAME HOSTNAME CERTIFICATE KEY [CHAIN]`: checks and copies files of this machine, then points the link
 *   NAME at the copies. Sets `$renewed` to `yes` if nginx has to read them again. If the check fails, logs why and
 *   returns 1.
 * - `take_back`: removes the files this run installed and restores the links.
 * - `clean_certificates "FOLDER..."`: removes all folders except the given ones and the targets of given links. Called
 *   after a successful rollout.
 */
export const certificateFunctions = `tls=${certificateFolder}
renewed=no
# An earlier run may have been killed before nginx read the files it installed.
[ ! -e "$facts/renewing" ] || renewed=yes
: >"$work/made"
: >"$work/links"
${pairFault}
put_pair() {
  mkdir -p "$facts/tls"
  [ -e "$facts/tls/$1" ] || : >"$facts/tls/$1"
  [ -d "$tls/$1" ] || { printf '%s\\n' "$1" >>"$work/made"; mkdir -p "$tls/$1"; }
  place "$tls/$1/chain.pem" 0644 <"$work/chain.pem"
  place "$tls/$1/key.pem" 0600 <"$work/key.pem"
}
# Prints only the PEM blocks, without byte order marks, carriage returns and text around the blocks.
pem_blocks() {
  awk '{ sub("^\\357\\273\\277", ""); sub(/[ \\t\\r]*$/, "") } /^-----BEGIN / { inside = 1 } inside { print } /^-----END / { inside = 0 }' "$@"
}
place_pair() {
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "the certificate for $2" "the private key for $2")
  [ -z "$fault" ] || { take_back; fail 10 "$fault"; }
  put_pair "$1"
}
copy_pair() {
  for file in "$3" "$4" \${5:+"$5"}; do
    unsafe=$(unsafe_path "$file")
    [ -z "$unsafe" ] || { say "$unsafe"; return 1; }
    [ -r "$file" ] && [ -f "$file" ] || { say "$file is not a file on this machine; it must contain the certificate for $2 or its key"; return 1; }
  done
  pem_blocks "$3" \${5:+"$5"} >"$work/chain.pem"
  pem_blocks "$4" >"$work/key.pem"
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "$3" "$4")
  [ -z "$fault" ] || { say "$fault"; return 1; }
  pair=$1.$(cat "$work/chain.pem" "$work/key.pem" | sha256sum | cut -c 1-16)
  put_pair "$pair"
  was=$(readlink "$tls/$1" || true)
  [ "$was" != "$pair" ] || return 0
  : >"$facts/renewing"
  : >"$facts/tls/$1"
  renewed=yes
  printf '%s %s\\n' "$1" "$was" >>"$work/links"
  lead "$1" "$pair"
}
# A single rename, so that nginx never reads a certificate with the key of another one.
lead() { temporary "$tls/$1.placing"; ln -sfn "$2" "$tls/$1.placing" && mv -fT "$tls/$1.placing" "$tls/$1" || fail 30 "$tls/$1 cannot be written: $(df -h "$tls" | tail -n 1)"; }
take_back() {
  while read -r link was; do
    if [ -n "$was" ]; then lead "$link" "$was"; else rm -f "$tls/$link"; fi
  done <"$work/links"
  while read -r folder; do rm -rf "\${tls:?}/$folder" "$facts/tls/$folder"; done <"$work/made"
  : >"$work/links"
  : >"$work/made"
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
clean_certificates() {
  rm -f "$facts/renewing"
  stay=" "
  for one in $1; do stay="$stay$one $(readlink "$tls/$one" || true) "; done
  for recorded in "$facts"/tls/*; do
    folder=\${recorded##*/}
    case "$stay" in *" $folder "* | *" \\* "*) continue ;; esac
    rm -rf "\${tls:?}/$folder" "$recorded"
  done
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}`;

/** Installs the certificates for the new configuration. Requires `certificateFunctions`. */
export function placeCertificates(certificates: readonly BalancerCertificate[]): string {
  return certificates
    .map((certificate) =>
      certificate.from === "host"
        ? `${renewed(certificate)}${copyPair(certificate)} || { take_back; exit 10; }`
        : `cat >"$work/chain.pem" ${hereDocument(withNewline(certificate.chain), "CHAIN")}
secret ${keySecret(certificate)} >"$work/key.pem"
place_pair ${folderName(certificate)} ${quote(certificate.hostname)}`,
    )
    .join("\n");
}

/** A comment that changes when the files are due for renewal, so that the script runs again. */
function renewed({ name, renewal = 0 }: OnHost): string {
  return renewal === 0 ? "" : `# Renewal ${renewal} of the certificate ${name} by this program.\n`;
}

/** Removes the certificates of earlier configurations, once the new one is live. */
export function cleanCertificates(certificates: readonly BalancerCertificate[]): string {
  return `clean_certificates "${certificates.map(folderName).join(" ")}"`;
}

export function copyPair({ name, hostname, certificate, privateKey, chain }: OnHost): string {
  const files = [certificate, privateKey, ...(chain === undefined ? [] : [chain])];
  return ["copy_pair", name, quote(hostname), ...files.map(quotePath)].join(" ");
}

/** For the undo step. */
export const removeCertificates = `for recorded in "$facts"/tls/*; do
  [ ! -e "$recorded" ] || rm -rf "${certificateFolder}/\${recorded##*/}"
done
[ ! -d ${certificateFolder} ] || rmdir --ignore-fail-on-non-empty ${certificateFolder} /etc/nginx`;

function withNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
