# Messages for the user, on stderr; stdout is for data.
#
# say TEXT...: prints a line.
# fail CODE TEXT...: the same, then ends the script with that code: 10 a precondition, 20 a download, 30 a change,
#   40 what runs is not healthy. Any other code is that of a failed command. If `failing` names a function, it is called
#   with the same arguments after the text is printed, to record the failure.
# one_line: prints the lines of standard input in one line, separated by blanks, for a list in a message.

say() { printf '%s\n' "$*" >&2; }

fail() {
  code=$1
  shift
  say "$@"
  [ -z "${failing-}" ] || "$failing" "$code" "$@"
  exit "$code"
}

one_line() { tr '\n' ' ' | sed 's/ $//'; }
