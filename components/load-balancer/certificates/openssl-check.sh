# check_openssl: ends the script if the machine cannot check certificates, for an nginx whose package does not bring
#   openssl.
#
# needs: fail

check_openssl() {
  command -v openssl >/dev/null || fail 10 "this machine has no openssl, which checks certificates before nginx uses them. Install the package openssl"
}
