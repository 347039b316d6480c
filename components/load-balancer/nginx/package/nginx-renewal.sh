# Installs renewed certificates in the nginx that runs as a service of the host.
#
# needs: renew_certificates
# needs for nginx-rollout.sh: nginx_host_check nginx_host_activate nginx_host_workers
# needs for nginx-rollout.sh: nginx_host_ask_probe nginx_host_mark_log nginx_host_log

nginx=nginx_host
renew_certificates
