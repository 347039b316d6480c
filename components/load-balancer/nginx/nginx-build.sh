# The build of an nginx, as far as its configuration depends on it.
#
# learn_nginx_build: inspects the machine's nginx, and sets what fill_template reads.
# refuse_nginx_build: ends the script if that nginx cannot run the configuration.
# read_nginx_build: sets `nginx_version`, `openssl_version` (at run time) and `worker_user`, which may be empty, from
#   the output of `nginx -V` in `$work/build`; `stream_module` to the file of the stream module, or nothing if it is
#   built in.
# nginx_too_old: whether that version is too old. If so, sets `too_old`: `1.22.0 or later is needed: REASON`. Reads
#   `needed_nginx`, a minimum version for the listeners; empty if they need none.
# dns_servers: prints the machine's first three DNS servers as the directive `resolver` takes them.
# require_resolvers: ends the script if `resolvers` is empty although `asks_dns` is yes: an upstream is given by name.
#
# needs: fail

# The nginx of Debian 12, which is the oldest tested system that still gets security updates for it.
oldest_nginx=1.22.0

learn_nginx_build() {
  nginx -V >"$work/build" 2>&1 || fail 30 "nginx does not start: $(cat "$work/build")"
  read_nginx_build
  [ -n "$nginx_version" ] && [ -n "$openssl_version" ] || fail 10 "nginx does not report its version and that of OpenSSL: $(head -n 4 "$work/build"). Use package: nginx.org"
  # Packages with a default user list it in `nginx -V`; Debian's does not.
  worker_user=${worker_user:-www-data}
  load_modules=
  if [ -n "$stream_module" ]; then
    if [ -d /etc/nginx/modules-enabled ]; then
      load_modules='include /etc/nginx/modules-enabled/*.conf;'
    elif [ -d /usr/share/nginx/modules ]; then
      load_modules='include /usr/share/nginx/modules/*.conf;'
    else
      load_modules="load_module $stream_module;"
    fi
  fi
  resolvers=$(dns_servers)
}

refuse_nginx_build() {
  ! nginx_too_old || fail 10 "this machine has nginx $nginx_version; $too_old. Use package: nginx.org, or a newer release of $system_name (on RHEL 9 also: dnf module enable nginx:1.24)"
  require_resolvers
}

read_nginx_build() {
  nginx_version=$(sed -n 's,^nginx version: [^/]*/\([0-9.]*\).*,\1,p' "$work/build")
  openssl_version=$(sed -n -e 's/.*running with OpenSSL \([0-9.]*\).*/\1/p' -e t -e 's/^built with OpenSSL \([0-9.]*\).*/\1/p' "$work/build")
  worker_user=$(sed -n 's/.* --user=\([^ ]*\).*/\1/p' "$work/build")
  stream_module=
  ! grep -q -e '--with-stream=dynamic' "$work/build" || stream_module=$(sed -n 's/.* --modules-path=\([^ ]*\).*/\1/p' "$work/build")/ngx_stream_module.so
}

nginx_too_old() {
  if [ -n "$needed_nginx" ]; then
    minimum=$needed_nginx reason="a group of several upstreams has one given by name"
  else
    minimum=$oldest_nginx reason="older versions are not supported"
  fi
  too_old="$minimum or later is needed: $reason"
  [ "$(printf '%s\n' "$nginx_version" "$minimum" | sort -V | head -n 1)" != "$minimum" ]
}

# Skips link-local ones, as nginx does not accept a scope ID.
dns_servers() {
  awk '$1 == "nameserver" && $2 !~ /%/ && count++ < 3 { print $2 ~ /:/ ? "[" $2 "]" : $2 }' /etc/resolv.conf 2>/dev/null | tr '\n' ' ' | sed 's/ $//'
}

require_resolvers() {
  [ "$asks_dns" = no ] || [ -n "$resolvers" ] || fail 10 "this machine has no nameserver in /etc/resolv.conf, and an upstream is given by name. Set DNS servers in loadBalancer.nginx.resolvers, or use addresses"
}
