# Runs nginx in a container in a Docker network, on the machine Pulumi runs on; single-node-nginx-script.sh does it on a
# host over SSH. There is no systemd that could watch certificates. Reads the values of `renderSingleNodeNginxScript`.
# Prints the checksum of the configuration.
#
# needs: prepare_single_node_nginx serve_single_node_nginx forget_old_images

nginx_folder=$state/nginx
prepare_single_node_nginx
serve_single_node_nginx
forget_old_images
sha256sum "$conf" | cut -d ' ' -f 1
