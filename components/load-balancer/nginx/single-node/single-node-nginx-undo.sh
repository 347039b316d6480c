# Removes what single-node-nginx-script.sh has made.
#
# needs: unwatch_certificates remove_nginx_containers give_back

unwatch_certificates
remove_nginx_containers container "Start it, then run this again"
rm -rf "$nginx_folder"
give_back "$nginx_folder"
