#!/bin/bash
# Waits for a line on descriptor 3, then executes the command in the arguments. Exits if the descriptor is closed first.
read -r go <&3 || exit 125
exec 3<&-
exec "$@"
