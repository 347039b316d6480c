# pinned TEXT: prints the text of a script that runs later, with the path of the current library where it names its
# library. A script that brings its own functions has none, and neither has what it leaves for later.

pinned() { printf '%s\n' "$1" | sed "s|@@library@@|${library-}|g"; }
