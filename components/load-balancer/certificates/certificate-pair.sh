# pair_fault CHAIN KEY HOSTNAME CHAIN-NAME KEY-NAME: prints why a certificate and its key, two files, cannot be used for
#   HOSTNAME, with the given names for the files; or nothing if the pair is valid. Needs openssl 1.1.1 or later.

pair_fault() (
  of() { openssl x509 -noout "$@"; }
  found() {
    echo "$1"
    exit
  }
  openssl x509 -noout -in "$1" 2>"$work/openssl" || found "$4 is not a certificate in PEM; openssl: $(head -n 1 "$work/openssl")"
  openssl crl2pkcs7 -nocrl -certfile "$1" -out /dev/null 2>"$work/openssl" || found "$4 contains something that is not a certificate; openssl: $(head -n 1 "$work/openssl")"
  begins=$(of -startdate -in "$1") ends=$(of -enddate -in "$1")
  [ "$(date -d "${begins#*=}" +%s)" -le "$(date +%s)" ] || found "$4 is not valid before ${begins#*=}. Check the clock of this machine, or wait"
  of -checkend 0 -in "$1" >/dev/null || found "$4 expired on ${ends#*=}. Renew it"
  of -checkhost "$3" -in "$1" | grep -q 'does match' \
    || found "$4 does not cover $3; it is for $(of -ext subjectAltName -in "$1" 2>/dev/null | sed -n 's/^ *DNS:/DNS:/p' | grep . || of -subject -in "$1"). Get a certificate for it"
  of -text -in "$1" >"$work/text"
  key_type=$(sed -n 's/^ *Public Key Algorithm: //p' "$work/text")
  bits=$(sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p' "$work/text")
  case $key_type in
    id-ecPublicKey) ;;
    rsaEncryption) [ "$bits" -ge 2048 ] || found "$4 has an RSA key of $bits bits; at least 2048 are needed. Get a certificate with an ECDSA key" ;;
    *) found "$4 has a key of type $key_type, which browsers do not accept. Get a certificate with an ECDSA or RSA key" ;;
  esac
  openssl pkey -noout -passin pass: -in "$2" 2>"$work/openssl" </dev/null || found "$5 is not a private key in PEM without a password; openssl: $(head -n 1 "$work/openssl")"
  [ "$(of -pubkey -in "$1")" = "$(openssl pkey -pubout -passin pass: -in "$2")" ] || echo "$5 is not the key of $4. Set a certificate and key that belong together"
)
