# Read-only checks of a Docker host before the installation: refuses what cannot work, and warns of what will cause
# trouble later. Values come from the engine if it has them, because Docker Desktop's engine runs in a virtual machine.
# Reads `user`, the user of the SSH connection, or nothing for the local engine.
#
# needs: say read_engine check_engine_place check_engine_user check_kernel check_size check_disk check_ports
# needs: check_network check_resolvers check_clock

read_engine
if [ -z "$user" ]; then check_engine_place; else check_engine_user; fi
check_kernel
check_size
check_disk
check_ports
check_network
check_resolvers
check_clock
say "unchanged: this machine can run Rancher"
