# Starts a service when a file changes (systemd.path(5)) or time has passed (systemd.timer(5)): one process per unit, in
# place of systemd's own. It knows PathChanged=, PathModified= and the timers that count from a moment; it looks at files
# ten times a second, and like systemd it does not look while the service runs. Calendars are read over.
package Watch;
use strict;
use warnings;
use Remembered;
use UnitFile;

my @from_start = qw(OnActiveSec OnBootSec OnStartupSec);
my @from_service = qw(OnUnitActiveSec OnUnitInactiveSec);

# True when the unit has something that this does.
sub can_watch {
    my ($unit) = @_;
    return paths($unit) || shortest($unit, @from_start, @from_service);
}

# Begins to watch; the unit is active for as long as the process lives.
sub begin {
    my ($unit) = @_;
    my $service = UnitFile::last_of($unit, $unit->{name} =~ /\.path$/ ? 'Path' : 'Timer', 'Unit',
        $unit->{name} =~ s/\.[a-z]+$/.service/r);
    # Looked at before anybody is told that it is watched.
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

# What tells one state of the files from another: a link counts by itself and by what it leads to.
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
