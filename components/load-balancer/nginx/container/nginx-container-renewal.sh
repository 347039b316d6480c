# Installs renewed certificates in the nginx in a container on the host's network.
#
# needs: renew_certificates
# needs for nginx-rollout.sh: nginx_container_check nginx_container_activate nginx_container_workers
# needs for nginx-rollout.sh: nginx_container_ask_probe nginx_container_mark_log nginx_container_log

nginx=nginx_container
renew_certificates
