# The functions of packages.sh on RHEL, its derivatives and Fedora. New packages are read from the table that dnf prints
# before it asks for confirmation (https://dnf.readthedocs.io/en/latest/command_ref.html). Its sections have headings;
# each package has one line that starts with one blank, however the rest of it is wrapped. dnf waits for another package
# manager until the script's timeout.
#
# needs: fail

dnf_now() { dnf "$@" --setopt=install_weak_deps=False 9>&-; }

dnf_refresh() { dnf_now -q -y makecache >&2 || fail 20 "dnf makecache failed; its output is above"; }

dnf_new() {
  dnf_now --assumeno install "$@" >"$work/plan" 2>&1 || true
  ! grep -q -e '^Error' -e '^Failed' -e '^No match' "$work/plan" || {
    cat "$work/plan" >&2
    fail 20 "dnf cannot find a way to install $*; its output is above"
  }
  awk '/^[^ ]/ { listing = /^Installing/ } listing && /^ [^ ]/ { print $1 }' "$work/plan"
}

dnf_add() { dnf_now -q -y install "$@" >&2 || fail 20 "$* cannot be installed; dnf's output is above"; }
