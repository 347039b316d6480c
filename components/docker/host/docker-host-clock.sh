# check_clock: checks that the machine's clock is right and synchronized.
#
# needs: fail warn

# Maximum offset in seconds. Rancher's certificates and tokens are valid from the second they are created.
clock_tolerance=5

# Fields of `chronyc -c tracking`: the fifth is the clock's offset in seconds, the last its leap status.
check_clock() {
  if command -v chronyc >/dev/null && chronyc -c tracking >"$work/clock" 2>/dev/null; then
    awk -F, -v tolerance="$clock_tolerance" '{ off = $5 < 0 ? -$5 : $5; exit !(off > tolerance) }' "$work/clock" && fail 10 "the clock of this machine is $(awk -F, '{ print $5 }' "$work/clock") s off, which makes certificates and tokens invalid. Correct it: chronyc makestep"
    ! grep -q 'Not synchronised' "$work/clock" || warn "the clock of this machine is not synchronized: chronyd has no source yet. See: chronyc sources"
  elif command -v timedatectl >/dev/null && synchronized=$(timedatectl show -p NTPSynchronized --value 2>/dev/null); then
    [ "$synchronized" = yes ] || warn "the clock of this machine is not synchronized. Enable it: timedatectl set-ntp true, or install chrony"
  elif [ "$(uname -s)" = Linux ]; then
    warn "the clock of this machine cannot be checked. Install chrony"
  fi
}
