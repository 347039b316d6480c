# Makes folders. Perl's own File::Path takes longer to load than systemctl's other work takes, and POSIX twice as long;
# what few calls need is loaded by them.
package Folders;
use strict;
use warnings;

sub make {
    my ($path) = @_;
    return if -d $path;
    make($path =~ s{/[^/]+/*$}{}r) if $path =~ m{./+[^/]};
    mkdir $path or -d $path or die "cannot make $path: $!\n";
    return;
}

1;
