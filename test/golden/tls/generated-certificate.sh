authority=/var/backups/rancher/certificate-authority/rancher.example.com generated=$state/generated renewal=0
command -v openssl >/dev/null || fail 10 "openssl, which creates the certificate for rancher.example.com, is missing on this machine. Install the package openssl"
register_undo <<'UNDO'
if [ -e /etc/systemd/system/rancher-generated-certificate.timer ]; then
  systemctl -q disable --now rancher-generated-certificate.timer 9>&- || true
  systemctl stop rancher-generated-certificate.service 9>&- || true
  rm -f /etc/systemd/system/rancher-generated-certificate.service /etc/systemd/system/rancher-generated-certificate.timer
  systemctl daemon-reload 9>&-
fi
rm -f /etc/systemd/system/rancher-generated-certificate.service /etc/systemd/system/rancher-generated-certificate.timer /var/lib/rancher-stack/generated-certificate.sh
rm -rf "$state/generated"
UNDO
by_openssl() { openssl "$@" >"$work/openssl-output" 2>&1 </dev/null || fail 30 "openssl $1 failed: $(tail -n 3 "$work/openssl-output")"; }
# A new key on a curve that every browser supports, and a unique serial number.
new_key() { by_openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
serial() { printf 0x4; openssl rand -hex 16 | cut -c 2-32; }
make_authority() {
  new_key "$work/ca-key.pem"
  by_openssl req -new -x509 -sha256 -config "$work/openssl.cnf" -extensions authority -subj '/O=Rancher stack dev/CN=CA of rancher.example.com' -days 3650 -set_serial "$(serial)" -key "$work/ca-key.pem" -out "$work/ca.pem"
  safe_folder "$authority"
  place "$authority/key.pem" 0600 <"$work/ca-key.pem"
  place "$authority/certificate.pem" 0644 <"$work/ca.pem"
  say "changed: created a CA for rancher.example.com"
}
# A certificate may not outlive its CA.
days_of_certificate() {
  for days in 397 180 90 45; do
    if openssl x509 -noout -checkend $((days * 86400)) -in "$authority/certificate.pem" >/dev/null 2>&1; then echo "$days"; return; fi
  done
}
make_certificate() {
  days=$(days_of_certificate)
  [ -n "$days" ] || fail 10 "the CA of rancher.example.com in $authority expires soon: $(openssl x509 -noout -enddate -in "$authority/certificate.pem" 2>&1). Move that folder away and run this again: it creates a new CA, which browsers and the agents of downstream clusters need"
  new_key "$work/server-key.pem"
  by_openssl req -new -sha256 -config "$work/openssl.cnf" -subj '/O=Rancher stack dev/CN=rancher.example.com' -key "$work/server-key.pem" -out "$work/server.csr"
  by_openssl x509 -req -sha256 -in "$work/server.csr" -CA "$authority/certificate.pem" -CAkey "$authority/key.pem" -set_serial "$(serial)" -days "$days" -extfile "$work/openssl.cnf" -extensions server -out "$work/server.pem"
  by_openssl verify -CAfile "$authority/certificate.pem" "$work/server.pem"
  mkdir -p "$generated"
  place "$generated/key.pem" 0600 <"$work/server-key.pem"
  place "$generated/certificate.pem" 0644 <"$work/server.pem"
  printf '%s\n' "$renewal" | place "$generated/renewal" 0600
  say "changed: the certificate for rancher.example.com is valid until $(openssl x509 -noout -enddate -in "$generated/certificate.pem" | cut -d = -f 2)"
}
public_key_of() { openssl pkey -pubout -in "$1" 2>/dev/null </dev/null || echo none; }
pair_fits() { [ "$(openssl x509 -noout -pubkey -in "$1/certificate.pem" 2>/dev/null)" = "$(public_key_of "$1/key.pem")" ]; }
certificate_serves() {
  [ "$(cat "$generated/renewal" 2>/dev/null)" = "$renewal" ] && pair_fits "$generated" &&
    openssl verify -CAfile "$authority/certificate.pem" "$generated/certificate.pem" >/dev/null 2>&1 &&
    openssl x509 -noout -checkend 2592000 -in "$generated/certificate.pem" >/dev/null
}
make_due() {
  cat >"$work/openssl.cnf" <<'CONFIGURATION'
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,permitted;DNS:rancher.example.com
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:rancher.example.com
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIGURATION
  safe_path "$authority"
  if [ ! -e "$authority/certificate.pem" ]; then make_authority; fi
  openssl x509 -noout -in "$authority/certificate.pem" 2>/dev/null || fail 10 "$authority/certificate.pem is empty or cut off. Restore the whole file from a copy, or move the folder away: a new CA is then created, which browsers and the agents of downstream clusters need"
  pair_fits "$authority" || fail 10 "$authority/key.pem does not match the certificate beside it, or is missing. Restore the right one from a copy, or move the folder away: a new CA is then created, which browsers and the agents of downstream clusters need"
  if certificate_serves; then say "unchanged: the certificate for rancher.example.com"; else make_certificate; fi
}
was=$(cat "$facts/authority" 2>/dev/null || true)
if [ ! -e "$authority/certificate.pem" ] && [ "${was##*/}" = "${authority##*/}" ] && [ -e "$was/certificate.pem" ]; then
  fail 10 "the CA for rancher.example.com, which browsers and the agents of downstream clusters trust, is in $was, the previous docker.backup.folder. Copy that whole folder on this machine: cp -a '${was%/*/*}/.' '${authority%/*/*}/'"
fi
make_due
printf '%s\n' "$authority" | place "$facts/authority" 0600
place /var/lib/rancher-stack/generated-certificate.sh 0700 <<'RENEWAL'
set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
state=/var/lib/rancher-stack name=generated-certificate
facts=$state/facts/$name
say() { printf '%s\n' "$*" >&2; }
fail() { code=$1; shift; say "$@"; exit "$code"; }
exec 9>/run/rancher-stack.lock
flock -w 300 9 || fail 10 "another script has held /run/rancher-stack.lock on this host for 300 s. See which: fuser -v /run/rancher-stack.lock"
rm -rf /run/rancher-stack.work
mkdir /run/rancher-stack.work
work=/run/rancher-stack.work
trap 'trap "" TERM HUP INT; rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
while read -r secret_name secret_value; do eval "secret_$secret_name=\$secret_value"; done
exec </dev/null
secret() {
  eval "[ -n \"\${secret_$1+set}\" ]" || fail 10 "no secret named $1 came on standard input"
  eval "printf %s \"\$secret_$1\"" | base64 -d
}
# Owner and mode of a file by itself: sets entry_mode, entry_uid, entry_gid.
read_entry() {
  read -r entry_mode _ entry_uid entry_gid _ <<ENTRY
$(ls -ldn "$1")
ENTRY
}
is_trusted_owner() { [ "$entry_uid" = 0 ] || [ "$entry_uid" = "$walk_uid" ]; }
wrong_owner() {
  printf '%s\n' "$1 belongs to $(id -un "$entry_uid" 2>/dev/null || echo "user $entry_uid"), who can replace what is in $walk_path. Change its owner (chown $(id -un) $1), or choose another folder"
}
# Prints why a path is unsafe, or nothing; the path may be missing. In a folder such as /tmp, whose sticky bit protects
# existing entries, only an existing subfolder of a trusted owner is safe.
unsafe_path() {
  walk_path=$1 walk_rest=$1/ walk_at='' walk_links=0 walk_uid=$(id -u) walk_open=no
  while :; do
    if [ -d "${walk_at:-/}" ]; then
      read_entry "${walk_at:-/}"
      is_trusted_owner || { wrong_owner "${walk_at:-/}"; return 0; }
      walk_open=no
      case $entry_mode in
        d????w???[tT]* | d???????w[tT]*) walk_open=sticky ;;
        d???????w*) walk_open=yes ;;
        # A group with the name of its user is assumed to have no other members.
        d????w*) [ "$walk_uid" != 0 ] && [ "$entry_gid" = "$(id -g)" ] && [ "$(id -gn)" = "$(id -un)" ] || walk_open=yes ;;
      esac
      [ "$walk_open" != yes ] || { printf '%s\n' "other users may write to ${walk_at:-/}, and so replace what is in $walk_path. Forbid it: chmod go-w ${walk_at:-/}"; return 0; }
    fi
    [ -n "$walk_rest" ] || break
    walk_part=${walk_rest%%/*} walk_rest=${walk_rest#*/}
    case $walk_part in
      '' | .) continue ;;
      ..) walk_at=${walk_at%/*}; continue ;;
    esac
    if [ -h "$walk_at/$walk_part" ]; then
      read_entry "$walk_at/$walk_part"
      is_trusted_owner || [ "$walk_open" = no ] || { wrong_owner "$walk_at/$walk_part"; return 0; }
      walk_links=$((walk_links + 1))
      [ "$walk_links" -le 40 ] || { printf '%s\n' "$walk_path leads through more than 40 symbolic links. Choose another folder"; return 0; }
      walk_rest=$(readlink "$walk_at/$walk_part")/$walk_rest
      case $walk_rest in /*) walk_at='' ;; esac
    elif [ -e "$walk_at/$walk_part" ]; then
      walk_at=$walk_at/$walk_part
    else
      break
    fi
  done
  [ "$walk_open" = no ] || printf '%s\n' "other users may create files in ${walk_at:-/}, and so create $walk_path first. Choose another folder"
}
safe_path() {
  unsafe=$(unsafe_path "$1")
  [ -z "$unsafe" ] || fail 10 "$unsafe"
}
safe_folder() {
  safe_path "$1"
  mkdir -p "$1" || fail 30 "$1 cannot be created: $(df -h "$(dirname "$1")" | tail -n 1)"
  safe_path "$1"
}
remember_line() {
  mkdir -p "$facts"
  ! grep -q -x -F -e "$2" "$facts/$1" 2>/dev/null || return 0
  printf '%s\n' "$2" >>"$facts/$1" && sync "$facts/$1"
}
temporary() { remember_line temporary "$1"; }
make_folder() {
  if [ ! -d "$1" ]; then
    make_folder "$(dirname "$1")"
    remember_line folders "$1"
  fi
  # A killed script may have left it with another mode.
  ! grep -q -x -F -e "$1" "$facts/folders" 2>/dev/null || install -d -m "${2-0755}" "$1"
}
remove_temporary() {
  [ ! -e "$facts/temporary" ] || while read -r each_path; do rm -rf "$each_path"; done <"$facts/temporary"
}
# Subfolders come first; a folder that contains other files is kept.
remove_folders() {
  [ ! -e "$facts/folders" ] || sort -r "$facts/folders" | while read -r each_path; do rmdir "$each_path" 2>/dev/null || true; done
}
place() {
  cat >"$work/placing"
  if [ -f "$1" ] && cmp -s "$work/placing" "$1"; then placed=unchanged; return 0; fi
  if ! { temporary "$1.placing" && install -m "$2" "$work/placing" "$1.placing" && sync "$1.placing" && mv -f "$1.placing" "$1"; }; then
    rm -f "$1.placing"
    fail 30 "$1 cannot be written: $(df -h "$(dirname "$1")" | tail -n 1)"
  fi
  placed=changed
}
kept_name() { printf %s "$1" | tr / %; }
keep() {
  kept=$facts/kept/$(kept_name "$1")
  [ ! -e "$kept" ] && [ ! -e "$kept.absent" ] || return 0
  mkdir -p "$facts/kept"
  rm -rf "$kept.copying"
  if [ -e "$1" ]; then cp -a "$1" "$kept.copying" && mv "$kept.copying" "$kept"; else : >"$kept.absent"; fi
}
give_back() {
  kept=$facts/kept/$(kept_name "$1")
  if [ -e "$kept" ]; then
    temporary "$1.placing"
    rm -rf "$1.placing"
    cp -a "$kept" "$1.placing" && mv -f "$1.placing" "$1"
  elif [ -e "$kept.absent" ]; then
    rm -rf "$1"
  fi
}
undo_of() { for undo in "$state"/undo/[0-9][0-9][0-9][0-9]-"$1"; do [ ! -e "$undo" ] || printf '%s\n' "$undo"; done; }
register_undo() {
  [ -d "$state/undo" ] || fail 10 "this machine has no $state: its base script has not run here"
  mkdir -p "$facts"
  undo=$(undo_of "$name")
  [ -n "$undo" ] || undo=$state/undo/$(printf %04d $(($(ls "$state/undo" | sed -n 's/^0*\([0-9]*\)-.*/\1/p' | sort -n | tail -n 1) + 1)))-$name
  cat >"$work/undoing"
  ! cmp -s "$work/undoing" "$undo" || return 0
  cp "$work/undoing" "$state/placing" && sync "$state/placing" && mv -f "$state/placing" "$undo" || fail 30 "$undo cannot be written: $(df -h "$state" | tail -n 1)"
}
run_undo() {
  undo=$(undo_of "$1")
  [ -n "$undo" ] || { say "unchanged: $1 has nothing to undo"; return 0; }
  facts=$state/facts/$1
  # First, because a folder that contains such a file would not be removed.
  remove_temporary
  # Its commands must not read the list of run_all_undos.
  . "$undo" </dev/null
  remove_temporary
  remove_folders
  rm -rf "$facts" "$undo"
  say "changed: $1 is undone"
}
run_all_undos() {
  ls "$state/undo" 2>/dev/null | sort -r >"$work/undos"
  while read -r step; do run_undo "${step#*-}"; done <"$work/undos"
}
authority=/var/backups/rancher/certificate-authority/rancher.example.com generated=$state/generated renewal=0
by_openssl() { openssl "$@" >"$work/openssl-output" 2>&1 </dev/null || fail 30 "openssl $1 failed: $(tail -n 3 "$work/openssl-output")"; }
# A new key on a curve that every browser supports, and a unique serial number.
new_key() { by_openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
serial() { printf 0x4; openssl rand -hex 16 | cut -c 2-32; }
make_authority() {
  new_key "$work/ca-key.pem"
  by_openssl req -new -x509 -sha256 -config "$work/openssl.cnf" -extensions authority -subj '/O=Rancher stack dev/CN=CA of rancher.example.com' -days 3650 -set_serial "$(serial)" -key "$work/ca-key.pem" -out "$work/ca.pem"
  safe_folder "$authority"
  place "$authority/key.pem" 0600 <"$work/ca-key.pem"
  place "$authority/certificate.pem" 0644 <"$work/ca.pem"
  say "changed: created a CA for rancher.example.com"
}
# A certificate may not outlive its CA.
days_of_certificate() {
  for days in 397 180 90 45; do
    if openssl x509 -noout -checkend $((days * 86400)) -in "$authority/certificate.pem" >/dev/null 2>&1; then echo "$days"; return; fi
  done
}
make_certificate() {
  days=$(days_of_certificate)
  [ -n "$days" ] || fail 10 "the CA of rancher.example.com in $authority expires soon: $(openssl x509 -noout -enddate -in "$authority/certificate.pem" 2>&1). Move that folder away and run this again: it creates a new CA, which browsers and the agents of downstream clusters need"
  new_key "$work/server-key.pem"
  by_openssl req -new -sha256 -config "$work/openssl.cnf" -subj '/O=Rancher stack dev/CN=rancher.example.com' -key "$work/server-key.pem" -out "$work/server.csr"
  by_openssl x509 -req -sha256 -in "$work/server.csr" -CA "$authority/certificate.pem" -CAkey "$authority/key.pem" -set_serial "$(serial)" -days "$days" -extfile "$work/openssl.cnf" -extensions server -out "$work/server.pem"
  by_openssl verify -CAfile "$authority/certificate.pem" "$work/server.pem"
  mkdir -p "$generated"
  place "$generated/key.pem" 0600 <"$work/server-key.pem"
  place "$generated/certificate.pem" 0644 <"$work/server.pem"
  printf '%s\n' "$renewal" | place "$generated/renewal" 0600
  say "changed: the certificate for rancher.example.com is valid until $(openssl x509 -noout -enddate -in "$generated/certificate.pem" | cut -d = -f 2)"
}
public_key_of() { openssl pkey -pubout -in "$1" 2>/dev/null </dev/null || echo none; }
pair_fits() { [ "$(openssl x509 -noout -pubkey -in "$1/certificate.pem" 2>/dev/null)" = "$(public_key_of "$1/key.pem")" ]; }
certificate_serves() {
  [ "$(cat "$generated/renewal" 2>/dev/null)" = "$renewal" ] && pair_fits "$generated" &&
    openssl verify -CAfile "$authority/certificate.pem" "$generated/certificate.pem" >/dev/null 2>&1 &&
    openssl x509 -noout -checkend 2592000 -in "$generated/certificate.pem" >/dev/null
}
make_due() {
  cat >"$work/openssl.cnf" <<'CONFIGURATION'
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,permitted;DNS:rancher.example.com
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:rancher.example.com
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIGURATION
  safe_path "$authority"
  if [ ! -e "$authority/certificate.pem" ]; then make_authority; fi
  openssl x509 -noout -in "$authority/certificate.pem" 2>/dev/null || fail 10 "$authority/certificate.pem is empty or cut off. Restore the whole file from a copy, or move the folder away: a new CA is then created, which browsers and the agents of downstream clusters need"
  pair_fits "$authority" || fail 10 "$authority/key.pem does not match the certificate beside it, or is missing. Restore the right one from a copy, or move the folder away: a new CA is then created, which browsers and the agents of downstream clusters need"
  if certificate_serves; then say "unchanged: the certificate for rancher.example.com"; else make_certificate; fi
}
make_due
RENEWAL
placed_units=unchanged
unit() { place "$1" 0644; [ "$placed" = unchanged ] || placed_units=changed; }
unit /etc/systemd/system/rancher-generated-certificate.service <<'UNIT'
[Unit]
Description=Renew the certificate this machine created for Rancher

[Service]
Type=oneshot
ExecStart=/bin/sh /var/lib/rancher-stack/generated-certificate.sh
UNIT
unit /etc/systemd/system/rancher-generated-certificate.timer <<'UNIT'
[Unit]
Description=Check every day whether the certificate for Rancher is due

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
UNIT
systemctl -q enable rancher-generated-certificate.timer 9>&-
if [ "$placed_units" = changed ]; then
  systemctl restart rancher-generated-certificate.timer 9>&-
else
  systemctl start rancher-generated-certificate.timer 9>&-
fi
cat "$authority/certificate.pem"
