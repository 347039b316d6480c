# Shows units: show, status, cat and lists.
package Listing;
use strict;
use warnings;
use Processes;
use Remembered;
use Spawn;
use UnitFile;
use UnitLinks;

sub facts {
    my ($name) = @_;
    my $unit = Remembered::unit($name);
    my $state = Remembered::state($unit);
    my $main = $state eq 'active' ? Remembered::main_pid($unit) : 0;
    my %fact = (
        Id => $unit->{name}, Names => $unit->{name}, LoadState => $unit->{state}, ActiveState => $state,
        SubState => $state eq 'active' ? ($main ? 'running' : 'exited') : $state eq 'failed' ? 'failed' : 'dead',
        FragmentPath => $unit->{path} // '', SourcePath => '', MainPID => $main,
        Description => UnitFile::last_of($unit, 'Unit', 'Description', $unit->{name}),
        Type => UnitFile::last_of($unit, 'Service', 'Type', 'simple'),
        UnitFileState => UnitLinks::enablement($name) // '',
        CanReload => UnitFile::all($unit, 'Service', 'ExecReload') ? 'yes' : 'no',
        NeedDaemonReload => $unit->{changed_on_disk} ? 'yes' : 'no',
        Result => Remembered::get($unit->{name}, 'result') // 'success', NRestarts => 0,
        DropInPaths => join(' ', UnitFile::drop_ins($unit->{name})),
        InvocationID => Remembered::get($unit->{name}, 'invocation') // '',
    );
    for my $key (qw(ExecStartPre ExecStart ExecReload ExecStop)) {
        my @lines = map { UnitFile::specifiers($unit, $_) } UnitFile::all($unit, 'Service', $key);
        next unless @lines;
        $fact{$key} = join ' ; ', map { my ($path) = /^[-@:+!]*(\S+)/; "{ path=$path ; argv[]=" . s/^[-@:+!]+//r . ' }' } @lines;
    }
    return %fact;
}

sub show {
    my ($properties, $bare, @names) = @_;
    for my $name (@names) {
        my %fact = facts($name);
        for my $key (@$properties ? @$properties : sort keys %fact) {
            next unless exists $fact{$key};
            print $bare ? "$fact{$key}\n" : "$key=$fact{$key}\n";
        }
    }
    return 0;
}

# Exit codes are systemctl's: 0 active, 3 not active, 4 no such unit.
sub status {
    my (@names) = @_;
    my $code = 0;
    for my $name (@names) {
        my %fact = facts($name);
        if ($fact{LoadState} eq 'not-found') { print STDERR "Unit $fact{Id} could not be found.\n"; $code = 4; next }
        print "* $fact{Id} - $fact{Description}\n     Loaded: $fact{LoadState} ($fact{FragmentPath}; $fact{UnitFileState})\n";
        print "     Active: $fact{ActiveState} ($fact{SubState})\n";
        print "   Main PID: $fact{MainPID}\n" if $fact{MainPID};
        print "\n", map { "$_\n" } last_lines($fact{Id}, 10);
        $code ||= 3 if $fact{ActiveState} ne 'active';
    }
    return $code;
}

sub last_lines {
    my ($name, $count) = @_;
    my @lines = split /\n/, UnitFile::slurp(Spawn::log_path($name));
    return @lines > $count ? @lines[-$count .. -1] : @lines;
}

sub cat {
    my (@names) = @_;
    for my $name (@names) {
        my $unit = Remembered::unit($name);
        if ($unit->{state} eq 'not-found') { print STDERR "No files found for $unit->{name}.\n"; return 1 }
        print $unit->{text};
    }
    return 0;
}

sub known {
    my ($suffix) = @_;
    my %seen;
    return sort grep { !$seen{$_}++ } map { m{([^/]+)$} } map { glob "$_/*.$suffix" } @UnitFile::FOLDERS;
}

sub units {
    my (@patterns) = @_;
    for my $name (map { m{([^/]+)$} } glob "$Remembered::FOLDER/*.*") {
        next if @patterns && !grep { my $p = quotemeta =~ s/\\\*/.*/gr; $name =~ /^$p$/ } @patterns;
        my %fact = facts($name);
        print "$fact{Id} $fact{LoadState} $fact{ActiveState} $fact{SubState} $fact{Description}\n" if $fact{ActiveState} ne 'inactive';
    }
    return 0;
}

sub unit_files {
    my (@patterns) = @_;
    for my $name (map { known($_) } qw(service socket target timer path)) {
        next if @patterns && !grep { my $p = quotemeta =~ s/\\\*/.*/gr; $name =~ /^$p$/ } @patterns;
        print "$name ", UnitLinks::enablement($name) // 'bad', "\n";
    }
    return 0;
}

sub timers {
    print STDERR "Calendar timers do not run in a rehearsal. Loaded timers:\n";
    for my $name (known('timer')) {
        my %fact = facts($name);
        print "$name ", UnitFile::last_of(UnitFile::load($name), 'Timer', 'OnCalendar', '-'), " $fact{ActiveState}\n";
    }
    return 0;
}

1;
