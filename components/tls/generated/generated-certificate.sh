# Creates a certificate on a machine where only a run of this program renews it.
#
# needs: generate_certificate print_authority

generate_certificate
print_authority
