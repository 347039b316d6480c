# use_gnu_forms: gives the tools of macOS the GNU options that scripts for Linux use: `mv -fT`, `date -d` with
# openssl's dates, `sort -V` for plain versions, and `head -n -COUNT FILE`. For LibreSSL it adds
# `openssl x509 -noout -checkhost NAME -in FILE`. Elsewhere it changes nothing.

use_gnu_forms() {
  if ! env mv --version >/dev/null 2>&1; then
    mv() {
      if [ "${1-}" != -fT ]; then
        env mv "$@"
        return
      fi
      # On older macOS, mv does not have this option: recreate the link instead.
      env mv -fh "$2" "$3" 2>/dev/null || { ln -sfn "$(readlink "$2")" "$3" && rm -f "$2"; }
    }
    date() { if [ "${1-}" = -d ]; then env date -j -f '%b %e %T %Y %Z' "$2" "$3"; else env date "$@"; fi; }
    sort() { if [ "${1-}" = -V ]; then env sort -t . -k 1,1n -k 2,2n -k 3,3n; else env sort "$@"; fi; }
    head() {
      case ${2-} in
        -[0-9]*) awk -v drop="${2#-}" '{ line[NR] = $0 } END { for (each = 1; each <= NR - drop; each++) print line[each] }' "$3" ;;
        *) env head "$@" ;;
      esac
    }
  fi
  case $(env openssl version 2>/dev/null || true) in
    LibreSSL*)
      openssl() {
        case "$*" in
          *" -checkhost "*) ;;
          *)
            env openssl "$@"
            return
            ;;
        esac
        case ",$(env openssl x509 -noout -text -in "$6" | awk '/Subject Alternative Name/ { getline; print }' | tr -d ' ')," in
          *",DNS:$4,"* | *",DNS:*.${4#*.},"*) echo "Hostname $4 does match certificate" ;;
          *) echo "Hostname $4 does NOT match certificate" ;;
        esac
      }
      ;;
  esac
}
