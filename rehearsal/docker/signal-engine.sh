#!/bin/sh
# Sends a signal to dockerd. Arguments: name of the signal, folder for runtime state (exec root).
kill -s "$1" "$(cat "$2/dockerd.pid")"
