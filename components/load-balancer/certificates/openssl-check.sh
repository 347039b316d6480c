# check_openssl: ends the script if the machine has no openssl to check certificates with. For nginx in a container;
#   install_nginx installs openssl itself.
#
# needs: fail

check_openssl() {
  command -v openssl >/dev/null || fail 10 "this machine has no openssl, which checks certificates before nginx uses them. Install the package openssl"
}
