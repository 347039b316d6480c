# Renews the certificate if it is due. The timer runs this every day.
#
# needs: ensure_certificate

ensure_certificate
