# Runs `script` as the user who runs Pulumi, for at most `seconds`. Also reads `name`, for the error.
#
# needs: timed

code=0
timed "$seconds" sh -c "$script" || code=$?
[ "$code" -ne 124 ] || echo "the script $name was stopped because it did not finish within $seconds s. The end of its output is above. To continue, run pulumi up again" >&2
exit "$code"
