# Creates a certificate on a host over SSH, and a systemd timer that renews it. nginx loads the new one like any other
# certificate on the host.
#
# needs: generate_certificate print_authority place_renewal_timer

generate_certificate
place_renewal_timer
print_authority
