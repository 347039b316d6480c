# Runs nginx in a container in a Docker network, on a host over SSH; local-nginx-script.sh does it on this machine.
# Reads the values of `renderSingleNodeNginxScript`. Prints the checksum of the configuration.
#
# needs: prepare_single_node_nginx keep serve_single_node_nginx watch_certificates forget_old_images

prepare_single_node_nginx
keep "$nginx_folder"
serve_single_node_nginx
watch_certificates
forget_old_images
sha256sum "$conf" | cut -d ' ' -f 1
