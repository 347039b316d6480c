# Enables, disables and masks units, with the symbolic links in /etc/systemd/system that systemctl(1) creates.
package UnitLinks;
use strict;
use warnings;
use Folders;
use UnitFile;

our $FOLDER = '/etc/systemd/system';

# enabled, disabled, static, masked, or undef if the unit does not exist.
sub enablement {
    my ($name) = @_;
    my $unit = UnitFile::load($name);
    return undef if $unit->{state} eq 'not-found';
    return 'masked' if $unit->{state} eq 'masked';
    return 'alias' if $unit->{name} ne UnitFile::full_name($name) && $name !~ /\@/;
    return 'enabled' if grep { -l $_ } wanted_links($unit);
    return 'static' unless %{ $unit->{sections}{Install} // {} };
    return 'disabled';
}

sub wanted_links {
    my ($unit) = @_;
    my %kind = (WantedBy => 'wants', RequiredBy => 'requires');
    my @links;
    for my $key (sort keys %kind) {
        push @links, "$FOLDER/$_.$kind{$key}/$unit->{name}" for map { split } UnitFile::all($unit, 'Install', $key);
    }
    return @links;
}

sub all_links {
    my ($unit) = @_;
    my @aliases = map { "$FOLDER/$_" } grep { $_ ne $unit->{name} } map { split } UnitFile::all($unit, 'Install', 'Alias');
    return (wanted_links($unit), @aliases);
}

sub ask_enabled {
    my ($quiet, @names) = @_;
    my $any = 0;
    for my $name (@names) {
        my $state = enablement($name);
        if (!defined $state) {
            print STDERR 'Failed to get unit file state for ' . UnitFile::full_name($name) . ": No such file or directory\n"
                unless $quiet;
            next;
        }
        print "$state\n" unless $quiet;
        $any ||= $state =~ /^(enabled|static|alias)$/;
    }
    return $any ? 0 : 1;
}

sub change {
    my ($verb, $quiet, @names) = @_;
    for my $name (map { UnitFile::full_name($_) } @names) {
        my $unit = UnitFile::load($name);
        if ($unit->{state} eq 'not-found' && $verb ne 'mask' && $verb ne 'unmask') {
            print STDERR "Failed to $verb unit: Unit file $name does not exist.\n";
            return 1;
        }
        if ($verb eq 'mask') { make_link('/dev/null', "$FOLDER/$name", $quiet); next }
        if ($verb eq 'unmask') { remove_link("$FOLDER/$name", $quiet) if (readlink("$FOLDER/$name") // '') eq '/dev/null'; next }
        if ($unit->{state} eq 'masked') {
            print STDERR "Failed to $verb unit: Unit file $FOLDER/$name is masked.\n";
            return 1;
        }
        if ($verb =~ /^(disable|reenable)$/) { remove_link($_, $quiet) for grep { -l $_ } all_links($unit) }
        # Debian's presets enable all units of packages.
        if ($verb =~ /^(enable|reenable|preset)$/) { make_link($unit->{path}, $_, $quiet) for all_links($unit) }
    }
    return 0;
}

sub make_link {
    my ($target, $path, $quiet) = @_;
    return if (readlink($path) // '') eq $target;
    Folders::make($path =~ s{/[^/]+$}{}r);
    unlink $path if -l $path;
    symlink $target, $path or die "Failed to create symlink $path: $!\n";
    print STDERR "Created symlink $path \x{2192} $target.\n" =~ s/\x{2192}/->/r unless $quiet;
    return;
}

sub remove_link {
    my ($path, $quiet) = @_;
    print STDERR "Removed \"$path\".\n" if unlink($path) && !$quiet;
    return;
}

1;
