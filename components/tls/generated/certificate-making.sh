# A CA of this stack, and a certificate that it signs.
#
# ensure_certificate: creates the CA if it is missing. Creates a certificate if there is none, or if the present one has
#   fewer than 30 days left, was signed by another CA, or belongs to an earlier `renewal`. A pair that a killed script
#   left half written is replaced.
#
# Reads `authority`, the CA's folder; `hostname`; `renewal`, the number of renewals due so far; and `authority_subject`
# and `server_subject`, the names for `openssl req -subj`. The certificate is in `$state/generated`.
#
# needs: say fail place safe_folder safe_path

# Ten years: a CA that is trusted by hand should need it only once.
authority_days=3650

# The maximum Apple recommends: https://support.apple.com/en-us/102028
server_days=397

# A certificate with fewer days left than this is renewed.
renewal_days=30

ensure_certificate() {
  generated=$state/generated
  write_openssl_configuration
  safe_path "$authority"
  if [ ! -e "$authority/certificate.pem" ]; then make_authority; fi
  openssl x509 -noout -in "$authority/certificate.pem" 2>/dev/null || fail 10 "$authority/certificate.pem is empty or cut off. Restore the whole file from a copy, or move the folder away: a new CA is then created, which browsers and the agents of downstream clusters need"
  pair_fits "$authority" || fail 10 "$authority/key.pem does not match the certificate beside it, or is missing. Restore the right one from a copy, or move the folder away: a new CA is then created, which browsers and the agents of downstream clusters need"
  if certificate_serves; then say "unchanged: the certificate for $hostname"; else make_certificate; fi
}

# The CA may sign only for the hostname and its subdomains, so that a stolen key cannot be used against any other site.
# Browsers, OpenSSL and Go (which agents use) all enforce name constraints: https://bettertls.com,
# https://alexsci.com/blog/name-non-constraint/, https://pkg.go.dev/crypto/x509#Certificate
write_openssl_configuration() {
  cat >"$work/openssl.cnf" <<CONFIGURATION
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,permitted;DNS:$hostname
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:$hostname
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIGURATION
}

make_authority() {
  new_key "$work/ca-key.pem"
  run_openssl req -new -x509 -sha256 -config "$work/openssl.cnf" -extensions authority -subj "$authority_subject" -days "$authority_days" -set_serial "$(new_serial)" -key "$work/ca-key.pem" -out "$work/ca.pem"
  safe_folder "$authority"
  place "$authority/key.pem" 0600 <"$work/ca-key.pem"
  place "$authority/certificate.pem" 0644 <"$work/ca.pem"
  say "changed: created a CA for $hostname"
}

make_certificate() {
  days=$(days_of_certificate)
  [ -n "$days" ] || fail 10 "the CA of $hostname in $authority expires soon: $(openssl x509 -noout -enddate -in "$authority/certificate.pem" 2>&1). Move that folder away and run this again: it creates a new CA, which browsers and the agents of downstream clusters need"
  new_key "$work/server-key.pem"
  run_openssl req -new -sha256 -config "$work/openssl.cnf" -subj "$server_subject" -key "$work/server-key.pem" -out "$work/server.csr"
  run_openssl x509 -req -sha256 -in "$work/server.csr" -CA "$authority/certificate.pem" -CAkey "$authority/key.pem" -set_serial "$(new_serial)" -days "$days" -extfile "$work/openssl.cnf" -extensions server -out "$work/server.pem"
  run_openssl verify -CAfile "$authority/certificate.pem" "$work/server.pem"
  mkdir -p "$generated"
  place "$generated/key.pem" 0600 <"$work/server-key.pem"
  place "$generated/certificate.pem" 0644 <"$work/server.pem"
  printf '%s\n' "$renewal" | place "$generated/renewal" 0600
  say "changed: the certificate for $hostname is valid until $(openssl x509 -noout -enddate -in "$generated/certificate.pem" | cut -d = -f 2)"
}

# Days of a new certificate, which may not outlive its CA. Prints nothing if the CA expires too soon.
days_of_certificate() {
  for days in "$server_days" 180 90 45; do
    if openssl x509 -noout -checkend $((days * 86400)) -in "$authority/certificate.pem" >/dev/null 2>&1; then
      echo "$days"
      return
    fi
  done
}

certificate_serves() {
  [ "$(cat "$generated/renewal" 2>/dev/null)" = "$renewal" ] && pair_fits "$generated" \
    && openssl verify -CAfile "$authority/certificate.pem" "$generated/certificate.pem" >/dev/null 2>&1 \
    && openssl x509 -noout -checkend $((renewal_days * 86400)) -in "$generated/certificate.pem" >/dev/null
}

pair_fits() { [ "$(openssl x509 -noout -pubkey -in "$1/certificate.pem" 2>/dev/null)" = "$(public_key_of "$1/key.pem")" ]; }

public_key_of() { openssl pkey -pubout -in "$1" 2>/dev/null </dev/null || echo none; }

# On a curve that every browser supports.
new_key() { run_openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

# A positive random number, so that no two certificates of a CA have the same one.
new_serial() {
  printf 0x4
  openssl rand -hex 16 | cut -c 2-32
}

run_openssl() { openssl "$@" >"$work/openssl-output" 2>&1 </dev/null || fail 30 "openssl $1 failed: $(tail -n 3 "$work/openssl-output")"; }
