# The processes that listen on TCP ports of this machine.
#
# port_holders PORT [PROGRAM]: prints `NAME (pid PID)` of each one that listens on PORT, except those of PROGRAM, or a
#   text without a PID if ss does not show the process. Prints nothing on a machine without ss.
# refuse_port PORT HOLDER: ends the script with the message that HOLDER, one of these lines, uses PORT.
#
# needs: fail

port_holders() {
  command -v ss >/dev/null || return 0
  # Without PROGRAM this drops no line: no process has an empty name.
  ss -Hltnp "sport = :$1" | grep -v -e "\"${2-}\"" \
    | sed -e 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/' -e t -e 's/.*/a process that ss does not show/'
}

refuse_port() { fail 10 "port $1 is in use on this machine by $2. Stop it, or choose another host for the load balancer"; }
