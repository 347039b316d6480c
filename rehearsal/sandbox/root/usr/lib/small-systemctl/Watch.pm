# Starts a service when a file changes (systemd.path(5)) or a time has passed (systemd.timer(5)), with one process per
# unit. Supports PathChanged=, PathModified= and monotonic timers, but not calendar timers. Polls files ten times a
# second, and like systemd not while the service runs.
package Watch;
use strict;
use warnings;
use Remembered;
use UnitFile;

my @from_start = qw(OnActiveSec OnBootSec OnStartupSec);
my @from_service = qw(OnUnitActiveSec OnUnitInactiveSec);

# Whether the unit has a supported setting.
sub can_watch {
    my ($unit) = @_;
    return paths($unit) || shortest($unit, @from_start, @from_service);
}

# Starts to watch. The unit is active as long as the process runs.
sub begin {
    my ($unit) = @_;
    my $service = UnitFile::last_of($unit, $unit->{name} =~ /\.path$/ ? 'Path' : 'Timer', 'Unit',
        $unit->{name} =~ s/\.[a-z]+$/.service/r);
    # Record the files' state before the start is reported as successful.
    my $before = look(paths($unit));
    pipe my $read, my $write or die "pipe: $!\n";
    my $helper = fork // die "fork: $!\n";
    if ($helper == 0) {
        require POSIX;
        my $pid = fork;
        if ($pid) { syswrite $write, "$pid\n"; POSIX::_exit(0) }
        POSIX::setsid();
        POSIX::close($_) for grep { $_ > 2 } map { m{(\d+)$} } glob '/proc/self/fd/*';
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        %ENV = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG => 'C.UTF-8');
        $0 = "small-systemctl: $unit->{name}";
        paths($unit) ? watch_files($service, $before, paths($unit)) : count_time($unit, $service);
        POSIX::_exit(0);
    }
    close $write;
    waitpid $helper, 0;
    chomp(my $pid = <$read>);
    Remembered::clean($unit->{name});
    Remembered::keep_definition($unit);
    Remembered::put($unit->{name}, 'state', 'active');
    Remembered::remember_main($unit->{name}, $pid);
    return;
}

sub paths { my ($unit) = @_; return map { UnitFile::specifiers($unit, $_) } map { UnitFile::all($unit, 'Path', $_) } qw(PathChanged PathModified) }

sub watch_files {
    my ($service, $before, @paths) = @_;
    for (;; pause(0.1)) {
        next if look(@paths) eq $before;
        system 'systemctl', 'start', $service;
        $before = look(@paths);
    }
    return;
}

# Describes the state of the files: of links both the link itself and its target.
sub look { return join "\n", map { my $path = $_; map { join ' ', ($_->($path))[0, 1, 7, 9] } sub { lstat $_[0] }, sub { stat $_[0] } } grep { -e || -l } @_ }

sub count_time {
    my ($unit, $service) = @_;
    my $again = shortest($unit, @from_service);
    pause(shortest($unit, @from_start) // $again);
    while (1) {
        system 'systemctl', 'start', $service;
        return POSIX::pause() unless $again;
        pause($again);
    }
    return;
}

# perl-base has no Time::HiRes.
sub pause { select undef, undef, undef, $_[0]; return }

sub shortest {
    my ($unit, @keys) = @_;
    return (sort { $a <=> $b } map { UnitFile::seconds($_) } map { UnitFile::all($unit, 'Timer', $_) } @keys)[0];
}

1;
