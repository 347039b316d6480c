# pair_fault CHAIN KEY HOSTNAME CHAIN-NAME KEY-NAME: prints why a certificate and its key, two files, cannot be used for
#   HOSTNAME, with the given names for the files; or nothing if the pair is valid. Needs openssl 1.1.1 or later.

pair_fault() (
  x509() { openssl x509 -noout "$@"; }
  report() {
    echo "$1"
    exit
  }
  x509 -in "$1" 2>"$work/openssl" || report "$4 is not a certificate in PEM; openssl: $(head -n 1 "$work/openssl")"
  openssl crl2pkcs7 -nocrl -certfile "$1" -out /dev/null 2>"$work/openssl" || report "$4 contains something that is not a certificate; openssl: $(head -n 1 "$work/openssl")"
  begins=$(x509 -startdate -in "$1") ends=$(x509 -enddate -in "$1")
  [ "$(date -d "${begins#*=}" +%s)" -le "$(date +%s)" ] || report "$4 is not valid before ${begins#*=}. Check the clock of this machine, or wait"
  x509 -checkend 0 -in "$1" >/dev/null || report "$4 expired on ${ends#*=}. Renew it"
  x509 -checkhost "$3" -in "$1" | grep -q 'does match' \
    || report "$4 does not cover $3; it is for $(x509 -ext subjectAltName -in "$1" 2>/dev/null | sed -n 's/^ *DNS:/DNS:/p' | grep . || x509 -subject -in "$1"). Get a certificate for it"
  x509 -text -in "$1" >"$work/text"
  key_type=$(sed -n 's/^ *Public Key Algorithm: //p' "$work/text")
  bits=$(sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p' "$work/text")
  case $key_type in
    id-ecPublicKey) ;;
    rsaEncryption) [ "$bits" -ge 2048 ] || report "$4 has an RSA key of $bits bits; at least 2048 are needed. Get a certificate with an ECDSA key" ;;
    *) report "$4 has a key of type $key_type, which browsers do not accept. Get a certificate with an ECDSA or RSA key" ;;
  esac
  openssl pkey -noout -passin pass: -in "$2" 2>"$work/openssl" </dev/null || report "$5 is not a private key in PEM without a password; openssl: $(head -n 1 "$work/openssl")"
  [ "$(x509 -pubkey -in "$1")" = "$(openssl pkey -pubout -passin pass: -in "$2")" ] || echo "$5 is not the key of $4. Set a certificate and key that belong together"
)
