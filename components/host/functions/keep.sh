# Originals of the files that a script replaces, kept in `$facts` until the script is undone.
#
# keep PATH: saves what is at PATH, or records that nothing is there, the first time it is called for PATH.
# give_back PATH: restores what `keep` saved.
#
# needs: temporary

kept_name() { printf %s "$1" | tr / %; }

keep() {
  kept=$facts/kept/$(kept_name "$1")
  [ ! -e "$kept" ] && [ ! -e "$kept.absent" ] || return 0
  mkdir -p "$facts/kept"
  rm -rf "$kept.copying"
  if [ -e "$1" ]; then cp -a "$1" "$kept.copying" && mv "$kept.copying" "$kept"; else : >"$kept.absent"; fi
}

give_back() {
  kept=$facts/kept/$(kept_name "$1")
  if [ -e "$kept" ]; then
    temporary "$1.placing"
    rm -rf "$1.placing"
    cp -a "$kept" "$1.placing" && mv -f "$1.placing" "$1"
  elif [ -e "$kept.absent" ]; then
    rm -rf "$1"
  fi
}
