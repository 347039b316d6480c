# nginx.conf from its template, as `fillNginxTemplate` in nginx-template.ts makes it.
#
# fill_template TEMPLATE RESULT: chooses the lines of a build and fills in its values: reads `nginx_version`,
#   `openssl_version`, `worker_user`, `load_modules` and `resolvers`. Sets `generation`, a hash of the result.

fill_template() {
  awk -v nginx="$nginx_version" -v openssl="$openssl_version" -v workerUser="$worker_user" -v loadModules="$load_modules" -v resolvers="$resolvers" '
    function number(version, part) { split(version, part, "."); return part[1] * 1000000 + part[2] * 1000 + part[3] }
    function holds(requirement, actual, bound) {
      actual = number(requirement ~ /^nginx/ ? nginx : openssl)
      bound = requirement; sub(/^[a-z]*[<>=]*/, "", bound)
      return requirement ~ /</ ? actual < number(bound) : actual >= number(bound)
    }
    function fill(name, value, at) {
      while (at = index($0, "@@" name "@@")) $0 = substr($0, 1, at - 1) value substr($0, at + length(name) + 4)
    }
    /^ *#\? / {
      indent = $0; sub(/#.*/, "", indent)
      rest = substr($0, length(indent) + 4)
      end = index(rest, " ? ")
      count = split(substr(rest, 1, end - 1), needs, " ")
      for (each = 1; each <= count; each++) if (!holds(needs[each])) next
      $0 = indent substr(rest, end + 3)
    }
    { fill("workerUser", workerUser); fill("loadModules", loadModules); fill("resolvers", resolvers); print }
  ' "$1" >"$2"
  generation=$(sha256sum <"$2" | cut -c 1-16)
  sed "s/@@generation@@/$generation/g" "$2" >"$2.filled"
  mv -f "$2.filled" "$2"
}
