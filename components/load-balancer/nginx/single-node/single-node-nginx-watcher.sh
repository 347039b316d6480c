# Commands of the watcher that guards the replacement of nginx's container. Reads `said`, the content of
# `$facts/replacing`.
#
# needs: serve_again

conf=${said% *}
serve_again
