# A certificate that this machine creates, because it terminates TLS. Keys never leave it. Requires OpenSSL 1.1.1 or
# later, or the LibreSSL of macOS.
#
# generate_certificate: registers `undo_step`, then calls `ensure_certificate`. Ends the script if the CA is still in
#   the previous data folder.
# print_authority: prints the CA's certificate, the same bytes in every run that creates no new CA.
#
# Reads `undo_step`, and what `ensure_certificate` reads.
#
# needs: fail place register_undo ensure_certificate

generate_certificate() {
  command -v openssl >/dev/null || fail 10 "openssl, which creates the certificate for $hostname, is missing on this machine. Install the package openssl"
  register_undo "$undo_step"
  stay_with_authority
  ensure_certificate
  printf '%s\n' "$authority" | place "$facts/authority" 0600
}

# After the data folder changes, the CA is still in the old one.
stay_with_authority() {
  was=$(cat "$facts/authority" 2>/dev/null || true)
  if [ ! -e "$authority/certificate.pem" ] && [ "${was##*/}" = "${authority##*/}" ] && [ -e "$was/certificate.pem" ]; then
    fail 10 "the CA for $hostname, which browsers and the agents of downstream clusters trust, is in $was, the previous docker.backup.folder. Copy that whole folder on this machine: cp -a '${was%/*/*}/.' '${authority%/*/*}/'"
  fi
}

print_authority() { cat "$authority/certificate.pem"; }
