# Removes what local-nginx-script.sh has made.
#
# needs: remove_nginx_containers

remove_nginx_containers container "Start it, then run this again"
rm -rf "$state/nginx"
