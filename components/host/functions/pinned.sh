# pinned TEXT: prints TEXT, a script that runs later, with the path of the current library in place of `@@library@@`.
# Reads `library`, which `$state/library.sh` sets. A script that brings its own functions has no library; what it leaves
# for later brings its own functions too, and does not contain `@@library@@`.

pinned() { printf '%s\n' "$1" | sed "s|@@library@@|${library-}|g"; }
