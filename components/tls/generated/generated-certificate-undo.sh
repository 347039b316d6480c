# Removes the certificate. The CA stays with the data.

rm -rf "$state/generated"
