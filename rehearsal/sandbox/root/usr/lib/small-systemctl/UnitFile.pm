# Finds and reads unit files, see systemd.unit(5) and systemd.syntax(7).
package UnitFile;
use strict;
use warnings;

our @FOLDERS = qw(/etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /lib/systemd/system);

# "nginx" -> "nginx.service"; a name with a unit suffix stays.
sub full_name {
    my ($name) = @_;
    return $name =~ /\.(service|socket|target|timer|mount|path|slice|scope|automount|swap|device)$/
        ? $name : "$name.service";
}

# The unit of a name, with aliases resolved, templates filled in and drop-ins merged. `state` is LoadState.
sub load {
    my ($name) = @_;
    $name = full_name($name);
    my $path = find($name);
    my $template = $name =~ s/\@[^.]+\./\@./r;
    $path //= find($template) if $template ne $name;
    return { name => $name, state => 'not-found', sections => {}, text => '' } unless defined $path;
    if (-l $path) {
        my $target = readlink $path;
        return { name => $name, path => $path, state => 'masked', sections => {}, text => '' } if $target eq '/dev/null';
        my ($base) = $target =~ m{([^/]+)$};
        $name = $base if $base ne $name && $base ne $template;
    }
    my @files = ($path, drop_ins($name));
    my $text = join '', map { "# $_\n" . slurp($_) . "\n" } @files;
    return from_text($name, $path, $text);
}

# Parses a stored unit file.
sub from_text {
    my ($name, $path, $text) = @_;
    my $unit = { name => $name, path => $path, state => 'loaded', sections => {}, text => $text };
    my $section = '';
    $text =~ s/\\\n\s*/ /g;
    for my $line (split /\n/, $text) {
        if ($line =~ /^\s*[#;]/ || $line =~ /^\s*$/) { next }
        if ($line =~ /^\s*\[(.+?)\]\s*$/) { $section = $1; next }
        my ($key, $value) = $line =~ /^\s*([^=]+?)\s*=\s*(.*?)\s*$/ or next;
        my $values = $unit->{sections}{$section}{$key} //= [];
        if ($value eq '') { @$values = () } else { push @$values, $value }
    }
    return $unit;
}

sub find {
    my ($name) = @_;
    for (@FOLDERS) { return "$_/$name" if -e "$_/$name" || -l "$_/$name" }
    return undef;
}

# Drop-ins in the order of their file names; a name in an earlier folder hides the same name in a later one.
sub drop_ins {
    my ($name) = @_;
    my %by_name;
    my @units = ($name);
    push @units, $name =~ s/\@[^.]+\./\@./r if $name =~ /\@[^.]+\./;
    for my $unit (@units) {
        for my $folder (@FOLDERS) {
            for my $file (glob "$folder/$unit.d/*.conf") {
                my ($base) = $file =~ m{([^/]+)$};
                $by_name{$base} //= $file;
            }
        }
    }
    return map { $by_name{$_} } sort keys %by_name;
}

sub all { my ($unit, $section, $key) = @_; return @{ $unit->{sections}{$section}{$key} // [] } }

sub last_of { my ($unit, $section, $key, $default) = @_; return (all($unit, $section, $key))[-1] // $default }

sub yes { my ($value) = @_; return ($value // '') =~ /^(1|yes|true|on)$/i }

# Seconds of a systemd.time(7) span; "infinity" and 0 mean no limit, which a rehearsal caps at ten minutes.
sub seconds {
    my ($span) = @_;
    return 600 if $span eq 'infinity' || $span eq '0';
    my %unit = (ms => 0.001, s => 1, sec => 1, '' => 1, m => 60, min => 60, h => 3600);
    my $sum = 0;
    $sum += $1 * ($unit{$2} // 1) while $span =~ /([\d.]+)\s*([a-z]*)/g;
    return $sum;
}

# Specifiers of systemd.unit(5) that service files use in practice.
sub specifiers {
    my ($unit, $text) = @_;
    my $prefix = $unit->{name} =~ s/\.[^.]+$//r;
    my $instance = $prefix =~ s/^([^@]*)\@// ? $prefix : '';
    my $stem = $unit->{name} =~ s/\.[^.]+$//r;
    my %value = (
        n => $unit->{name}, N => $stem, p => $stem =~ s/\@.*//r, i => $instance, I => $instance =~ tr{-}{/}r,
        t => '/run', S => '/var/lib', C => '/var/cache', L => '/var/log', E => '/etc', '%' => '%',
    );
    $text =~ s/%(.)/exists $value{$1} ? $value{$1} : "%$1"/ge;
    return $text;
}

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return scalar(<$file>) // '';
}

1;
