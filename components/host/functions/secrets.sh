# Secrets, which come on standard input: one per line, `NAME BASE64`.
#
# read_secrets: reads them before any other command can, and leaves standard input empty.
# secret NAME: prints one of them.
#
# needs: fail

read_secrets() {
  while read -r secret_name secret_value; do eval "secret_$secret_name=\$secret_value"; done
  exec </dev/null
}

secret() {
  eval "[ -n \"\${secret_$1+set}\" ]" || fail 10 "no secret named $1 came on standard input"
  eval "printf %s \"\$secret_$1\"" | base64 -d
}
