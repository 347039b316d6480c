# The certificates that nginx serves, in the folder `tls`, which only root can read. Files are written only there and in
# `$facts`.
#
# A certificate from the stack is in a folder named after its digest. One that is on the host already is copied into a
# folder named after the pair's digest, and nginx reaches it through a symbolic link, so that a renewal by others does
# not change the configuration.
#
# begin_certificates: called before the others. Sets `renewed` to yes if nginx has to read certificates again although
#   its configuration is the same, as copy_pair and place_certificates do.
# place_certificates: checks and installs the certificates for the new configuration. Ends the script if one is invalid,
#   and takes back the others.
# copy_pair CERTIFICATE HOSTNAME FILE KEY [CHAIN]: checks and copies files of this machine, then points the link of the
#   certificate at the copies. If the check fails, logs why and returns 1.
# take_back_certificates: removes the files this run installed and restores the links.
# clean_certificates: removes the certificates of earlier configurations. Called once the new one is live.
#
# Reads `certificates`: one line each, with fields separated by tabs.
#
# - stack FOLDER HOSTNAME ID: the chain is `chain_ID`, PEM, and the key the secret `key_ID`.
# - host LINK HOSTNAME FILE KEY [CHAIN]: the leaf, optionally followed by intermediates; the key; and the intermediates.
#   A path below `~/` is in the home folder of the user who runs the script.
#
# needs: say fail secret place temporary unsafe_path pair_fault

begin_certificates() {
  renewed=no
  # An earlier run may have been killed before nginx read the files it installed.
  [ ! -e "$facts/renewing" ] || renewed=yes
  : >"$work/made"
  : >"$work/links"
}

place_certificates() {
  while IFS=$(printf '\t') read -r origin certificate hostname first second third; do
    case $origin in
      stack)
        eval "printf '%s\n' \"\$chain_$first\"" >"$work/chain.pem"
        secret "key_$first" >"$work/key.pem"
        place_pair "$certificate" "$hostname"
        ;;
      host)
        copy_pair "$certificate" "$hostname" "$first" "$second" "$third" || {
          take_back_certificates
          exit 10
        }
        ;;
    esac
  done <<LIST
$certificates
LIST
}

# Checks `$work/chain.pem` and `$work/key.pem` for a hostname and installs them in a folder.
place_pair() {
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "the certificate for $2" "the private key for $2")
  [ -z "$fault" ] || {
    take_back_certificates
    fail 10 "$fault"
  }
  put_pair "$1"
}

copy_pair() {
  leaf=$(file_path "$3") key=$(file_path "$4") chain=$(file_path "${5-}")
  for file in "$leaf" "$key" ${chain:+"$chain"}; do
    unsafe=$(unsafe_path "$file")
    [ -z "$unsafe" ] || {
      say "$unsafe"
      return 1
    }
    [ -r "$file" ] && [ -f "$file" ] || {
      say "$file is not a file on this machine; it must contain the certificate for $2 or its key"
      return 1
    }
  done
  pem_blocks "$leaf" ${chain:+"$chain"} >"$work/chain.pem"
  pem_blocks "$key" >"$work/key.pem"
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "$leaf" "$key")
  [ -z "$fault" ] || {
    say "$fault"
    return 1
  }
  pair=$1.$(cat "$work/chain.pem" "$work/key.pem" | sha256sum | cut -c 1-16)
  put_pair "$pair"
  was=$(readlink "$tls/$1" || true)
  [ "$was" != "$pair" ] || return 0
  : >"$facts/renewing"
  : >"$facts/tls/$1"
  renewed=yes
  printf '%s %s\n' "$1" "$was" >>"$work/links"
  link_pair "$1" "$pair"
}

file_path() {
  case $1 in
    \~/*) printf '%s\n' "$HOME/${1#\~/}" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# Prints only the PEM blocks, without byte order marks, carriage returns and text around the blocks.
pem_blocks() {
  awk '{ sub("^\357\273\277", ""); sub(/[ \t\r]*$/, "") } /^-----BEGIN / { inside = 1 } inside { print } /^-----END / { inside = 0 }' "$@"
}

put_pair() {
  mkdir -p "$facts/tls"
  [ -e "$facts/tls/$1" ] || : >"$facts/tls/$1"
  [ -d "$tls/$1" ] || {
    printf '%s\n' "$1" >>"$work/made"
    mkdir -p "$tls/$1"
  }
  place "$tls/$1/chain.pem" 0644 <"$work/chain.pem"
  place "$tls/$1/key.pem" 0600 <"$work/key.pem"
}

# A single rename, so that nginx never reads a certificate with the key of another one.
link_pair() {
  temporary "$tls/$1.placing"
  ln -sfn "$2" "$tls/$1.placing" && mv -fT "$tls/$1.placing" "$tls/$1" || fail 30 "$tls/$1 cannot be written: $(df -h "$tls" | tail -n 1)"
}

take_back_certificates() {
  while read -r link was; do
    if [ -n "$was" ]; then link_pair "$link" "$was"; else rm -f "$tls/$link"; fi
  done <"$work/links"
  while read -r folder; do rm -rf "${tls:?}/$folder" "$facts/tls/$folder"; done <"$work/made"
  : >"$work/links"
  : >"$work/made"
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}

clean_certificates() {
  rm -f "$facts/renewing"
  stay=" "
  while IFS=$(printf '\t') read -r _ certificate _; do
    [ -z "$certificate" ] || stay="$stay$certificate $(readlink "$tls/$certificate" || true) "
  done <<LIST
$certificates
LIST
  for recorded in "$facts"/tls/*; do
    [ -e "$recorded" ] || continue
    case "$stay" in *" ${recorded##*/} "*) continue ;; esac
    rm -rf "${tls:?}/${recorded##*/}" "$recorded"
  done
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
