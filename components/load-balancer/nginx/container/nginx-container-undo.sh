# Removes what nginx-container-script.sh has made.
#
# needs: unwatch_certificates remove_nginx_containers give_back close_ports

unwatch_certificates
remove_nginx_containers containers "Start it: systemctl start docker"
rm -rf "$nginx_folder"
give_back "$nginx_folder"
close_ports
