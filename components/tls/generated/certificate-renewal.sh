# Renews the certificate if it is due. The timer runs this every day.
#
# needs: make_due

make_due
