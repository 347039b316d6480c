# nginx's packages, of the distribution or of nginx.org, as `nginx_package` says.
#
# check_nginx_system: ends the script on an unsupported operating system, before anything changes.
# install_nginx: installs what is missing.
#
# Reads `certificates`, which openssl checks; empty without any.
#
# needs: say fail keep
# needs: installed note_service mend_packages refresh_packages add_ours needs_semanage
# needs: add_nginx_org check_nginx_org

check_nginx_system() {
  [ -n "$system" ] || fail 10 "this machine runs $system_name; nginx can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Use one of these systems for the load balancer, or kind: external"
}

install_nginx() {
  choose_nginx_packages
  if [ ! -e "$facts/packages" ] && installed nginx; then
    keep /etc/nginx/nginx.conf
    if note_service nginx; then
      theirs=$(for file in /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/* /etc/nginx/vhosts.d/*.conf; do [ ! -e "$file" ] || printf '%s ' "$file"; done)
      [ -z "$theirs" ] || say "not used while this nginx is the load balancer, and restored by destroy: $theirs"
    fi
  fi
  missing=$(for one in $wanted; do installed "$one" || printf '%s ' "$one"; done)
  if [ -n "$missing$replacing" ]; then
    say "installing nginx"
    mend_packages
    [ "$nginx_package" = distribution ] || add_nginx_org
    refresh_packages
    [ "$nginx_package" = distribution ] || check_nginx_org
    [ -e /var/www ] || [ -e "$facts/packages" ] || : >"$facts/no-www"
    # shellcheck disable=SC2086 # one word per package
    add_ours $wanted
  fi
  systemctl -q is-enabled nginx || systemctl -q enable nginx 9>&-
}

# Sets `wanted`, and `replacing` if an existing nginx has to be removed first.
choose_nginx_packages() {
  replacing=
  case $nginx_package:$system in
    # A separate package for the stream module; SUSE and nginx.org build it in.
    distribution:debian) wanted="nginx libnginx-mod-stream" ;;
    distribution:redhat) wanted="nginx nginx-mod-stream" ;;
    *) wanted=nginx ;;
  esac
  if installed nginx; then
    if nginx -V 2>&1 | grep -q -e '--with-stream\( \|$\)'; then
      # nginx.org's nginx has the module built in and conflicts with the module's package.
      wanted=nginx
    elif [ "$nginx_package" = nginx.org ]; then
      [ -s "$facts/packages" ] && grep -q -x nginx "$facts/packages" || fail 10 "this machine already has an nginx of $system_name, which destroy could not restore. Remove it, or use package: distribution"
      replacing=nginx
    fi
  fi
  [ -z "$certificates" ] || wanted="$wanted openssl"
  ! needs_semanage || wanted="$wanted policycoreutils-python-utils"
}
