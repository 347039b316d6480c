# warn TEXT...: prints what will cause trouble later on a Docker host.
#
# needs: say

warn() { say "warning: $*"; }
