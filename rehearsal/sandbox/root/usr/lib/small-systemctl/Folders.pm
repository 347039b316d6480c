# Creates folders. Loading File::Path would take longer than everything else that systemctl does, and POSIX twice as
# long. Modules that few calls need are loaded by those calls.
package Folders;
use strict;
use warnings;

sub make {
    my ($path) = @_;
    return if -d $path;
    make($path =~ s{/[^/]+/*$}{}r) if $path =~ m{./+[^/]};
    mkdir $path or -d $path or die "cannot create $path: $!\n";
    return;
}

1;
